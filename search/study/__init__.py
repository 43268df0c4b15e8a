"""The durable record of a search: its spec, its trials, the run's folder."""
