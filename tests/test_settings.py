"""Settings: one line for each fault, and an example that is true."""

from decimal import Decimal
from pathlib import Path

import pytest

from settings import Settings, SettingsFault, env_example, load_settings
from storage.address import passwords

ROOT = Path(__file__).parents[1]
GOOD: dict[str, object] = {"discord_token": "t", "eachlabs_api_key": "k", "_env_file": None}
CONTRACT = {
    "DISCORD_TOKEN", "DISCORD_API_URL", "DEV_GUILD_ID", "EACHLABS_API_KEY", "EACHLABS_API_URL", "AIMLAPI_API_KEY",
    "AIMLAPI_API_URL", "EACHLABS_CONCURRENCY", "EACHLABS_CREATES_PER_MINUTE", "AIMLAPI_CONCURRENCY",
    "QUOTA_IMAGES_PER_DAY", "DATABASE_URL", "DATA_DIR", "PUBLIC_URL", "HTTP_HOST", "HTTP_PORT", "TRUSTED_RESULT_HOSTS",
    "OPERATOR_CHANNEL_ID", "LOG_LEVEL", "LOG_FORMAT",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_every_name_of_the_contract_is_a_setting_and_each_is_described() -> None:
    assert {name.upper() for name in Settings.model_fields} >= CONTRACT
    assert all(field.description and field.description.endswith(".") for field in Settings.model_fields.values())


def test_the_example_is_generated_from_the_settings() -> None:
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == env_example()


def test_the_example_filled_in_gives_the_defaults(tmp_path: Path) -> None:
    text = (
        "".join(
            line.removeprefix("#") if "=" in line and not line.startswith("# ") else line
            for line in env_example().splitlines(keepends=True)
        )
        .replace("DISCORD_TOKEN=", "DISCORD_TOKEN=t")
        .replace("EACHLABS_API_KEY=", "EACHLABS_API_KEY=k")
    )
    file = tmp_path / ".env"
    file.write_text(text)
    assert load_settings(_env_file=file) == load_settings(**GOOD)


def test_the_defaults_are_those_of_the_contract() -> None:
    settings = load_settings(**GOOD)
    assert settings.discord_api_url == "https://discord.com/api/v10"
    assert (settings.eachlabs_concurrency, settings.eachlabs_creates_per_minute) == (10, 100)
    assert (settings.aimlapi_concurrency, settings.quota_images_per_day) == (10, 20)
    assert settings.aimlapi_usd_per_megapixel == Decimal("0.02205")
    assert settings.database == Path("data/bot.db")


def test_several_keys_are_comma_separated() -> None:
    settings = load_settings(**GOOD | {"aimlapi_api_key": " a, b ,,c"})
    assert [key.get_secret_value() for key in settings.aimlapi_api_key] == ["a", "b", "c"]


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "t")
    monkeypatch.setenv("AIMLAPI_API_KEY", "k")
    monkeypatch.setenv("LOG_LEVEL", "debug")
    monkeypatch.setenv("PUBLIC_URL", "")
    settings = load_settings(_env_file=None)
    assert (settings.log_level, settings.public_url) == ("DEBUG", None)


def test_secrets_are_not_shown() -> None:
    settings = load_settings(
        **GOOD | {"discord_token": "very-secret", "database_url": "postgresql://bot:very-secret@db.example/bot"}
    )
    assert "very-secret" not in repr(settings)
    assert "very-secret" not in f"{settings.database!r} {settings.database}"
    assert "very-secret" in passwords(settings.database)


def test_a_wrong_address_of_the_database_is_not_repeated() -> None:
    with pytest.raises(SettingsFault) as caught:
        load_settings(**GOOD | {"database_url": "postgresql://bot:very#secret@db.example/bot"})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "beginning"),
    [
        ({"discord_token": None}, "DISCORD_TOKEN "),
        ({"discord_token": "a b"}, "DISCORD_TOKEN holds white space"),
        ({"eachlabs_api_key": ""}, "EACHLABS_API_KEY or AIMLAPI_API_KEY is missing"),
        ({"eachlabs_api_url": "ftp://x"}, "EACHLABS_API_URL is no http(s) address"),
        ({"http_port": 65536}, "HTTP_PORT is wrong"),
        ({"quota_images_per_day": "many"}, "QUOTA_IMAGES_PER_DAY is wrong"),
        ({"database_url": "mysql://x"}, "DATABASE_URL is no address of an SQLite file or a PostgreSQL database. "),
        ({"database_url": "postgresql://u:p@h"}, "DATABASE_URL names no database: it ends with /database. sqlite"),
        ({"database_url": "postgresql://u:p#x@h/d"}, "DATABASE_URL holds a #: in its password write %23"),
        ({"database_url": "postgresql://u:p@x@h/d"}, "DATABASE_URL holds two @: in its password write %40"),
        ({"database_url": "postgresql://u:p/x@h/d"}, "DATABASE_URL has a port that is no number"),
        ({"public_url": "http://bot.example"}, "PUBLIC_URL must begin with https://"),
        ({"log_level": "LOUD"}, "LOG_LEVEL is wrong"),
        ({"safety_off_guilds": "1,x"}, "SAFETY_OFF_GUILDS holds 'x', which is no id, a long number. Ids of servers"),
        (
            {"operator_channel_id": "#ops"},
            "OPERATOR_CHANNEL_ID is no id, which is a long number, not a name. A channel",
        ),
        ({"dev_guild_id": "my server"}, "DEV_GUILD_ID is no id"),
    ],
)
def test_a_fault_is_one_line_that_names_the_setting_and_how_to_get_it(
    values: dict[str, object], beginning: str
) -> None:
    with pytest.raises(SettingsFault) as caught:
        load_settings(**GOOD | values)
    line = str(caught.value)
    assert line.startswith(beginning)
    assert "\n" not in line
    assert "input_value" not in line


@pytest.mark.parametrize(("value", "guilds"), [("", frozenset()), ("1, 2", frozenset({1, 2})), ("all", None)])
def test_the_safety_checker_is_left_to_the_admins_of_some_servers_or_of_all(
    value: str, guilds: frozenset[int] | None
) -> None:
    assert load_settings(**GOOD | {"safety_off_guilds": value}).unsafe_guilds == guilds


def test_a_missing_token_says_where_to_get_one() -> None:
    with pytest.raises(SettingsFault, match=r"^DISCORD_TOKEN is missing\. .*https://discord\.com/developers"):
        load_settings(_env_file=None, eachlabs_api_key="k")


def test_other_faults_are_named_in_the_same_line() -> None:
    with pytest.raises(SettingsFault, match=r"\(also wrong: HTTP_PORT\)$"):
        load_settings(**GOOD | {"aimlapi_concurrency": 0, "http_port": -1})


def test_a_wrong_secret_is_not_repeated() -> None:
    with pytest.raises(SettingsFault) as caught:
        load_settings(**GOOD | {"discord_token": "secret with spaces"})
    assert "secret with spaces" not in str(caught.value)
