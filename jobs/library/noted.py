"""How the audit log writes down a library's rules: short, and the same in every language."""

from jobs.servers.rules import LibraryRules


def library_text(rules: LibraryRules) -> str:
    """`approval on, raw_sources moderators, approvers 123 456`."""
    approvers = " ".join(f"{role}" for role in sorted(rules.approvers))
    parts = [f"approval {'on' if rules.approval else 'off'}", f"raw_sources {rules.raw_sources}"]
    return ", ".join([*parts, *([f"approvers {approvers}"] if approvers else [])])
