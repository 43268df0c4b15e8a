"""MLflow, an observer of the run. Its only importer."""
