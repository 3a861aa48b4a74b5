"""What is played for the pictures of docs/admin-guide.md: a scene for each thing that admins decide."""

import json
from typing import Final

from tests.e2e.support import PATIENCE, whole
from tests.pictures.administering import admin, answered, chosen, file, pressed, sent, turned, until_ready
from tests.pictures.scenes import LIGHTHOUSE, Scene
from tests.pictures.studio import Studio

_ORDERS: Final = 40
_DAYS: Final = 14


async def setup(of: Studio) -> None:
    """A fresh server: the greeting, the panel, what is missing, what the panel changes."""
    fresh = await of.world.add_guild("Night Owls", of.ada, with_bot=False)
    hall = await of.world.add_channel(fresh, "hall")
    await of.world.set_system_channel(fresh, hall)
    await until_ready(of)
    await of.world.join(fresh, await of.world.bot())
    greeting = await of.world.wait_for_message(hall, of.ada, lambda seen: bool(seen.embeds), PATIENCE)
    await of.keep("admin-welcome", greeting)
    await of.world.set_permissions(hall, deny=["attach_files", "embed_links"])
    panel = await answered(of, "admin setup", of.ada, channel=hall)
    await of.keep("admin-setup-missing", panel)
    await of.world.set_permissions(hall)
    panel = await pressed(of, panel, "Look again")
    await of.keep("admin-setup", panel)
    panel = await turned(of, panel, "quota")
    form = await of.keep_form("admin-setup-form", of.ada, panel, "Change…")
    await of.keep("admin-setup-quota", await sent(of, panel, form, {"hour": "10", "day": "30", "month": ""}))
    panel = await turned(of, panel, "what")
    await of.keep("admin-setup-what", panel)
    first = await of.imagine(of.ada, hall, **LIGHTHOUSE)
    await of.keep("admin-first-image", first)


async def places(of: Studio) -> None:
    """Images in one channel, one model: what the others read."""
    gallery = await of.world.add_channel(of.garden, "gallery")
    panel = await turned(of, await admin(of, "setup"), "where")
    panel = await chosen(of, panel, "allowed", gallery.id)
    await of.keep("admin-setup-where", panel)
    await of.keep("admin-elsewhere", await answered(of, "imagine", of.ben, {"prompt": "a heron"}))
    panel = await chosen(of, await turned(of, panel, "what"), "models", "flux-lora")
    wish = {"prompt": "a heron", "model": "flux-2-lora"}
    await of.keep("admin-model", await answered(of, "imagine", of.ben, wish, channel=gallery))


async def reports(of: Studio) -> None:
    """What a member reports, before moderators and after."""
    mods = await of.world.add_channel(of.garden, "moderators")
    panel = await turned(of, await admin(of, "setup"), "channels")
    await of.keep("admin-setup-channels", await chosen(of, panel, "reports", mods.id))
    image = await of.imagine(of.ben, prompt="a flyer of a competing server", seed=9)
    await of.report(of.mara, image, "Advertises another server")
    case = await of.world.wait_for_message(mods, of.olga, lambda seen: bool(seen.embeds), PATIENCE)
    await of.keep("admin-report", case)
    await of.world.press(of.olga, case, label="Remove")
    case = await of.world.wait_for_message(mods, of.olga, lambda seen: "Removed by" in whole(seen), PATIENCE)
    await of.keep("admin-report-removed", case)


async def audit(of: Studio) -> None:
    """Every change, in a channel and on request."""
    log = await of.world.add_channel(of.garden, "bot-changes")
    panel = await turned(of, await admin(of, "setup"), "channels")
    await chosen(of, panel, "audit", log.id)
    await admin(of, "quota set", {"day": "40"})
    await admin(of, "caps", {"day": "10"})
    told = await of.world.wait_for_message(log, of.ada, lambda seen: "caps" in whole(seen), PATIENCE)
    await of.keep("admin-audit-channel", *(await of.world.messages(log, of.ada)) or [told])
    await of.keep("admin-audit", await admin(of, "audit"))


async def config(of: Studio) -> None:
    """The rules as a file, one with faults, and one that changes something."""
    await of.keep("admin-config-show", await admin(of, "config show"))
    await of.keep("admin-config-export", await admin(of, "config export"))
    faulty = '[quota]\nday = "many"\n\n[caps]\nday = 12.50\n\n[make]\nmodels = ["flux-3"]\n'
    await of.keep("admin-config-faults", await admin(of, "config import", {"file": file(faulty)}))
    right = '[quota]\nday = 40\nhour = 10\n\n[caps]\nday = 12.50\n\n[make]\nmodels = ["flux-lora"]\n'
    await of.keep("admin-config-asked", await admin(of, "config import", {"file": file(right)}))


async def spoilers(of: Studio) -> None:
    """Covered results in an age-restricted channel."""
    dark = await of.world.channel("art-after-dark")
    panel = await turned(of, await admin(of, "setup"), "content")
    await of.keep("admin-setup-content", await pressed(of, panel, "Covered results: off"))
    await of.keep("admin-spoiler", await of.imagine(channel=dark, **LIGHTHOUSE))


async def quota(of: Studio) -> None:
    """Limits for everybody and for a role, a grant, what a member reads."""
    artists = await of.world.add_role(of.garden, "Artists")
    await of.world.give_role(of.garden, of.mara, artists)
    await admin(of, "quota set", {"hour": "4", "day": "6"})
    await of.keep("admin-quota-set", await admin(of, "quota set", {"day": "40", "month": "300", "role": artists.id}))
    await admin(of, "quota grant", {"member": of.ben.id, "images": 4, "expires": "7d"})
    await of.imagine(of.ben, prompt="a heron in the reeds", count=4, seed=7)
    await of.imagine(of.ben, prompt="a heron in the reeds", count=4, seed=8)
    await of.keep("admin-quota-show", await admin(of, "quota show", {"member": of.ben.id}))
    await of.keep("admin-quota-list", await admin(of, "quota list"))
    await of.keep("admin-quota-member", await of.use("quota", user=of.ben))
    await of.keep("admin-over-quota", await of.use("imagine", {"prompt": "six herons", "count": 4}, user=of.ben))


async def bans(of: Studio) -> None:
    """Somebody who may order nothing, and what they read."""
    ban = {"member": of.ben.id, "reason": "Advertising in #art", "for": "7d"}
    await of.keep("admin-ban", await admin(of, "ban", ban))
    await of.keep("admin-banned", await of.use("imagine", {"prompt": "a heron"}, user=of.ben))


async def money(of: Studio) -> None:
    """Caps, what they do, and what was spent."""
    await of.keep("admin-caps", await admin(of, "caps", {"day": "0.25", "month": "5"}))
    await of.imagine(**LIGHTHOUSE, count=4)
    await of.imagine(of.ben, prompt="a paper fox under paper stars", model="flux-2-lora", count=2, seed=20263)
    await of.keep("admin-over-cap", await of.use("imagine", {"prompt": "four foxes", "count": 4}, user=of.ben))
    await of.keep("admin-costs", await admin(of, "costs", {"by": "user"}))


async def words(of: Studio) -> None:
    """Blocked words and patterns, and what they refuse."""
    await of.keep(
        "admin-words", await admin(of, "words add", {"words": "casino, free nitro", "pattern": r"\bcrypto\w*"})
    )
    await of.keep("admin-words-test", await admin(of, "words test", {"text": "a neon C4S1N0 at night"}))
    await of.keep("admin-blocked", await of.use("imagine", {"prompt": "a neon c a s i n o at night"}, user=of.ben))


async def stats(of: Studio) -> None:
    """Two weeks of a server, in figures and charts."""
    await admin(of, "quota set", {"day": "400"})
    people = [of.mara, of.ben, of.mara, of.olga, of.mara, of.ben, of.ada]
    models = ("flux-lora", "flux-lora", "flux-2-lora")
    orders = [
        {
            "prompt": "a heron",
            "size": "square",
            "count": 1 + number % 4,
            "model": models[number % 3],
            "seed": number + 1,
        }
        for number in range(_ORDERS)
    ]
    for user, order in zip(people[:2], orders, strict=False):
        await of.world.add_fault("eachlabs.create", "status", status=400, body='{"status": "error", "message": "no"}')
        await of.use("imagine", order, user=user)
    later = [people[number % len(people)] for number in range(2, _ORDERS)]
    await of.world.burst(later, of.art, "imagine", orders[2:], seconds=6)
    await of.until("delivered", "failed", jobs=_ORDERS)
    await _spread(of)
    await of.keep("admin-stats", await answered(of, "stats server", of.ada, {"days": _DAYS}), keep_times=True)
    await of.keep("stats-me", await answered(of, "stats me", of.mara, {"days": _DAYS}), keep_times=True)


async def _spread(of: Studio) -> None:
    """Let the orders be of the last two weeks, and have taken as long as the real image services take."""
    await of.bot.sql("DROP TRIGGER ledger_keeps_values")
    jobs = sorted(await of.bot.jobs(), key=lambda job: int(json.loads(job["request"])["seed"]))
    for number, job in enumerate(jobs):
        age = (number * number % _DAYS) * 24 * 3_600_000
        charged, waited, made = job["created_at"] - age, 400 + number % 7 * 900, 6_000 + number * 37 % 11 * 1_700
        await of.bot.sql("UPDATE ledger SET charged_at = ? WHERE job_id = ?", charged, job["id"])
        await of.bot.sql(
            "UPDATE jobs SET submitted_at = ?, completed_at = ? WHERE id = ?",
            charged + waited,
            charged + waited + made,
            job["id"],
        )


async def pause(of: Studio) -> None:
    """Everything stops, nothing is lost."""
    await of.keep("admin-pause", await admin(of, "pause", {"reason": "Back after the contest's deadline, at 18:00."}))
    await of.keep("admin-paused", await of.use("imagine", {"prompt": "a heron"}, user=of.ben))


async def privacy(of: Studio) -> None:
    """What the bot keeps of a person, and how it is gone."""
    await of.imagine(**LIGHTHOUSE)
    await of.keep("privacy-export", await of.use("privacy export"))
    await of.keep("privacy-delete", await of.use("privacy delete"))


ADMIN_SCENES: Final[tuple[Scene, ...]] = (
    setup,
    quota,
    bans,
    money,
    words,
    spoilers,
    reports,
    places,
    audit,
    stats,
    config,
    pause,
    privacy,
)
