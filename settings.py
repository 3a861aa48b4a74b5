"""Every setting, described once: `.env.example` is generated from here (`python settings.py > .env.example`)."""

import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from jobs.privacy.pseudonyms import KEY_SHORTEST
from storage.address import DatabaseAddress, NoAddress, parse_address


def _split(value: object) -> object:
    """A comma-separated text as a list; anything else as it is."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _fault(message: str) -> PydanticCustomError:
    return PydanticCustomError("setting", "{message}", {"message": message})


class Settings(BaseSettings):
    """The environment, or `.env` in the working directory; a variable of the environment wins."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True)

    discord_token: SecretStr = Field(
        description="The bot's token: https://discord.com/developers/applications, your application, Bot, Reset Token."
    )
    discord_api_url: str = Field(
        "https://discord.com/api/v10",
        description="Discord's HTTP API, with its version; a compatible server works too.",
    )
    dev_guild_id: int | None = Field(
        None,
        description="A server's id: commands are registered there, at once, instead of everywhere. In Discord: User "
        "Settings, Advanced, Developer Mode; then right-click the server, Copy Server ID.",
    )
    eachlabs_api_key: Annotated[list[SecretStr], NoDecode] = Field(
        [], description="each::labs key, for FLUX.1 LoRA: https://www.eachlabs.ai, API keys. Several: comma-separated."
    )
    eachlabs_api_url: str = Field("https://api.eachlabs.ai/v1", description="each::labs' API.")
    eachlabs_concurrency: int = Field(10, ge=1, le=1000, description="Predictions at once, per each::labs key.")
    eachlabs_creates_per_minute: int = Field(100, ge=1, description="Creates in any minute, per each::labs key.")
    aimlapi_api_key: Annotated[list[SecretStr], NoDecode] = Field(
        [], description="AI/ML API key, for FLUX.2 LoRA: https://aimlapi.com/app/keys. Several: comma-separated."
    )
    aimlapi_api_url: str = Field("https://api.aimlapi.com/v1", description="AI/ML API.")
    aimlapi_concurrency: int = Field(10, ge=1, le=1000, description="Requests at once, per AI/ML API key.")
    lost_create_grace_seconds: float = Field(
        120, ge=1, le=3600, description="How long a create whose answer was lost is looked for at each::labs."
    )
    lost_create_retries: int = Field(
        1,
        ge=0,
        le=3,
        description="How often a job is sent once more when its create was lost and cannot be found. Each may pay for "
        "an image twice; 0 never does.",
    )
    aimlapi_usd_per_megapixel: Decimal = Field(
        Decimal("0.02205"),
        ge=0,
        description="Estimated price in USD a started megapixel; each answer's usage replaces it.",
    )
    quota_images_per_day: int = Field(20, ge=1, description="Images that a user may make in a server in any 24 hours.")
    quota_images_per_day_direct: int | None = Field(
        None,
        ge=0,
        description="The same outside of all servers: in direct messages, and where a user takes the bot along. As "
        "many as QUOTA_IMAGES_PER_DAY unless set; 0 turns that off.",
    )
    waiting_jobs_per_user: int = Field(
        10,
        ge=1,
        le=1000,
        description="Jobs that a user may have waiting in the queue of a server, those being made not counted.",
    )
    safety_off_guilds: Annotated[list[int | Literal["all"]], NoDecode] = Field(
        [],
        description="Ids of servers whose admins may decide, in /admin setup, that the safety checker can be switched "
        "off in age-restricted channels; all leaves it to every server's. Comma-separated.",
    )
    database_url: SecretStr = Field(
        SecretStr("sqlite:///data/bot.db"),
        description="sqlite:///relative.db (to the working directory), sqlite:////absolute.db or "
        "postgresql://user:password@host/database.",
    )
    data_dir: Path = Field(Path("data"), description="Folder for results that wait for delivery.")
    public_url: str | None = Field(
        None,
        description="https address under which HTTP_HOST:HTTP_PORT is reached from outside: turns webhooks on. "
        "Without it results are found by polling.",
    )
    http_host: str = Field("127.0.0.1", description="Where webhooks, /healthz, /readyz and /metrics listen.")
    http_port: int = Field(8080, ge=0, le=65535, description="The port of these; 0 takes a free one.")
    trusted_result_hosts: Annotated[list[str], NoDecode] = Field(
        [],
        description="host or host:port whose results may be fetched although plain http or private: for the sandbox "
        "and tests. Comma-separated.",
    )
    operator_channel_id: int | None = Field(
        None,
        description="A channel's id: there the bot says what only its operator can mend (key, credit, lost creates). "
        "With Developer Mode on: right-click the channel, Copy Channel ID.",
    )
    retention_days: int = Field(
        0,
        ge=0,
        le=36_500,
        description="After so many days the words of a finished job are removed: prompt, LoRA links, error texts, kept "
        "images; Again then works no more. Its numbers stay. 0 keeps them.",
    )
    departed_server_days: int = Field(
        30,
        ge=0,
        le=3650,
        description="So many days after the bot was removed from a server its data are deleted: rules, presets, "
        "library, prompts, kept images. Whoever invites it back before finds everything as it was.",
    )
    privacy_key: SecretStr | None = Field(
        None,
        description="Secret of at least 32 characters, by which quotas and bans hold for people who had their data "
        "deleted and come back. Without it DATA_DIR/privacy.key is made at the first start: back it up, apart from the "
        "database. Set it where processes on several machines share a database.",
    )
    results_max_mb: int = Field(
        2048,
        ge=1,
        description="Megabytes that results may take under DATA_DIR, looked at every 15 minutes: beyond, the oldest "
        "that only their users have seen are dropped, then the oldest that could be posted nowhere.",
    )
    stop_seconds: float = Field(
        25,
        ge=0,
        le=600,
        description="How long a stop waits for uploads and answers that are on their way; ten seconds more, and the "
        "process is gone at the latest.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR."
    )
    log_format: Literal["console", "json"] = Field(
        "console", description="console (for people) or json (for machines)."
    )

    @field_validator("eachlabs_api_key", "aimlapi_api_key", "trusted_result_hosts", mode="before")
    @classmethod
    def _lists(cls, value: object) -> object:
        return _split(value)

    @field_validator("safety_off_guilds", mode="before")
    @classmethod
    def _guilds(cls, value: object) -> object:
        ids = _split(value)
        for each in ids if isinstance(ids, list) else ():
            if isinstance(each, str) and each != "all" and not re.fullmatch(r"[0-9]{1,20}", each):
                raise _fault(f"holds {each!r}, which is no id, a long number")
        return ids

    @field_validator("dev_guild_id", "operator_channel_id", mode="before")
    @classmethod
    def _id(cls, value: object) -> object:
        if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,20}", value.strip()):
            raise _fault("is no id, which is a long number, not a name")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("log_format", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str | None) -> str | None:
        if value is not None and not re.match(r"https://|http://(localhost|127\.|\[::1\])", value):
            raise _fault("must begin with https://, since it carries tokens")
        return value

    @field_validator("discord_token")
    @classmethod
    def _token(cls, value: SecretStr) -> SecretStr:
        if re.search(r"\s", value.get_secret_value()) or not value.get_secret_value():
            raise _fault("holds white space: copy the token alone, without 'Bot '")
        return value

    @field_validator("privacy_key")
    @classmethod
    def _privacy_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value().encode()) < KEY_SHORTEST:
            raise _fault(f"is shorter than {KEY_SHORTEST} characters")
        return value

    @field_validator("eachlabs_api_key", "aimlapi_api_key")
    @classmethod
    def _keys(cls, keys: list[SecretStr]) -> list[SecretStr]:
        if not all(re.fullmatch(r"[\x21-\x7e]+", key.get_secret_value()) for key in keys):
            raise _fault("holds a space, a control character or a letter beyond ASCII")
        return keys

    @field_validator("trusted_result_hosts")
    @classmethod
    def _hosts(cls, hosts: list[str]) -> list[str]:
        for host in hosts:
            if not re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:\d{1,5})?", host):
                raise _fault(f"holds {host!r}, which is no host or host:port")
        return hosts

    @field_validator("discord_api_url", "eachlabs_api_url", "aimlapi_api_url", "public_url")
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
            raise _fault("is no http(s) address")
        if value is not None and re.search(r"[?#]", value):
            raise _fault("must end with its path: no ? and no #")
        return value.rstrip("/") if value is not None else None

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: SecretStr) -> SecretStr:
        try:
            parse_address(value.get_secret_value())
        except NoAddress as fault:
            raise _fault(str(fault)) from None
        return value

    @model_validator(mode="after")
    def _some_key(self) -> "Settings":
        if not self.eachlabs_api_key and not self.aimlapi_api_key:
            raise _fault("EACHLABS_API_KEY or AIMLAPI_API_KEY is missing: at least one image API needs a key")
        return self

    @property
    def images_per_day_direct(self) -> int:
        """Images that a user may make outside of all servers in any 24 hours."""
        direct = self.quota_images_per_day_direct
        return self.quota_images_per_day if direct is None else direct

    @property
    def unsafe_guilds(self) -> frozenset[int] | None:
        """Servers whose admins may allow the safety checker to be off; None: every server's."""
        ids = frozenset(each for each in self.safety_off_guilds if each != "all")
        return None if len(ids) < len(self.safety_off_guilds) else ids

    @property
    def database(self) -> DatabaseAddress:
        """Where the database is: a file, or a PostgreSQL server."""
        return parse_address(self.database_url.get_secret_value())


class SettingsFault(Exception):
    """A setting is missing or wrong; `str()` is one line that names it and how to get it right."""


def load_settings(**overrides: object) -> Settings:
    """The settings in force; `overrides` are values by field name, for the demo and tests.

    Raises:
        SettingsFault: something is missing or wrong.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        raise SettingsFault(_one_line(error)) from None


def _one_line(error: ValidationError) -> str:
    first, *others = error.errors(include_input=False, include_url=False)
    if not first["loc"]:
        line = f"{first['msg']}. Set it in .env or in the environment."
    else:
        field = str(first["loc"][0])
        description = Settings.model_fields[field].description or ""
        what = "is missing" if first["type"] == "missing" else first["msg"][:1].lower() + first["msg"][1:]
        what = what if what.startswith(("is ", "holds ", "must ", "names ", "has ")) else f"is wrong: {what}"
        line = f"{field.upper()} {what}. {description}"
        if first["type"] == "missing":
            line += " Set it in .env or in the environment, with at least one image API's key."
    names = ", ".join(sorted({str(other["loc"][0]).upper() for other in others if other["loc"]}))
    return f"{line} (also wrong: {names})" if names else line


def env_example() -> str:
    """The text of `.env.example`."""
    lines = ["# Copy to .env and fill in. Made from settings.py: python settings.py > .env.example", ""]
    for name, field in Settings.model_fields.items():
        lines.append(f"# {field.description}")
        default = field.get_default(call_default_factory=True)
        if field.is_required():
            lines.append(f"{name.upper()}=")
        elif default in (None, []):
            lines.append(f"#{name.upper()}=")
        else:
            shown = default.get_secret_value() if isinstance(default, SecretStr) else default
            lines.append(f"#{name.upper()}={shown}")
        lines.append("")
    return "\n".join(lines[:-1]) + "\n"


if __name__ == "__main__":
    sys.stdout.write(env_example())
