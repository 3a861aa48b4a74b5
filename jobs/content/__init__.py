"""What may not be asked for: blocked words however they are disguised, patterns, and what a member is told."""
