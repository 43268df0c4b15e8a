"""Is ULSAM better than other light attention, than the plain block, and than leaving the block out?"""
