"""How Discord behaves, as far as tests may change it."""

from dataclasses import dataclass, fields

from sandbox.discord.model import Json


@dataclass(kw_only=True)
class Settings:
    """What the control API may change; the defaults are Discord's."""

    ack_seconds: float = 3.0
    token_lifetime_seconds: float = 900.0
    attachment_size_limit: int = 10 * 1024 * 1024
    latency_ms: int = 0
    nonce_seconds: float = 300.0
    heartbeat_interval_ms: int = 41_250
    privileged_intents: bool = False
    shards: int = 1
    commands_for_everybody: bool = False  # as if every server had allowed each command to each member

    def change(self, values: Json) -> None:
        """Set the named settings.

        Raises:
            ValueError: a name that is no setting, or a value of another type or below zero.
        """
        known = {each.name: type(getattr(self, each.name)) for each in fields(self)}
        for name, value in values.items():
            kind = known.get(name)
            if kind is None:
                raise ValueError(f"no setting is called {name!r}")
            allowed = (int, float) if kind is float else kind
            wrong_bool = isinstance(value, bool) and kind is not bool
            if wrong_bool or not isinstance(value, allowed) or value < 0:
                raise ValueError(f"{name} cannot be {value!r}")
        for name, value in values.items():
            setattr(self, name, known[name](value))
