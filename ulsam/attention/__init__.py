"""Attention mechanisms, one a file."""

from ulsam.attention.ulsam import ULSAM

__all__ = ["ULSAM"]
