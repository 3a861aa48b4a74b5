"""What mentions resolve to."""

from sandbox.render.message import names_in


def test_a_mention_that_pings_nobody_still_shows_a_name() -> None:
    """As a Discord client does, which knows a server's members."""
    message = {
        "mentions": [{"id": "1", "username": "mara", "global_name": "Mara"}],
        "_known_users": [{"id": "1", "username": "mara"}, {"id": "2", "username": "Olga"}],
    }
    assert dict(names_in(message).mentioned) == {"@1": "Mara", "@2": "Olga"}
