"""Ray: the trainable, the searcher, the cluster and Tune's scheduler. Its only importer."""
