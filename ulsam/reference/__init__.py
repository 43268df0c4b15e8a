"""The tables that the ULSAM publication printed, beside what this package counts."""

from ulsam.reference.attention import AttentionReference, attention_references
from ulsam.reference.networks import NetworkReference, network_references

__all__ = ["AttentionReference", "NetworkReference", "attention_references", "network_references"]
