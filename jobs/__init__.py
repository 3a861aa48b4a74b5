"""The life of a job: the domain, pure."""
