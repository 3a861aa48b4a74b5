"""Where jobs, quota and attempts are kept: one SQL text, one writer."""
