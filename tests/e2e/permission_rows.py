"""Who may do what: a row for every command, entry of a menu, button, select and form of the bot, or several."""

from typing import Final

from tests.e2e.permissions import BANNED, Facts, Form, Level, Menu, Person, Press, Slash

NOT_AN_ADMIN: Final = "Only members with **Manage Server** can do that"
NOT_A_MODERATOR: Final = "Only moderators"
NOT_YOURS: Final = "Only the person who asked for this image, or a moderator, can do that."
PRIVATE: Final = "This image is private"
NOT_IN_YOUR_HISTORY: Final = "These images are not in your history here."
NOT_YOUR_LORA: Final = "Only who added this LoRA, or a moderator"
NOT_A_MANAGER: Final = "Only members with **Manage Server** change this server's defaults."
MAY_NOT_BAN: Final = "Only members with **Manage Server** or **Ban Members** can do that."


def mara(facts: Facts) -> dict[str, int]:
    return {"member": facts.users[Person.MEMBER].id}


def job(facts: Facts) -> str:
    return facts.job


def private(facts: Facts) -> str:
    return facts.private


def waiting(facts: Facts) -> str:
    return facts.waiting


def entry(facts: Facts) -> str:
    return facts.entry


def verdict(facts: Facts) -> str:
    return f"{facts.entry}:{facts.fingerprint}:m"


COMMANDS: Final = (
    Slash(name="imagine", level=Level.ORDERS, no=BANNED, options=lambda _: {"prompt": "a fox"}),
    Slash(name="quota", level=Level.EVERYONE),
    Slash(name="help", level=Level.EVERYONE),
    Slash(name="history", level=Level.EVERYONE),
    Slash(name="queue", level=Level.EVERYONE),
    Slash(name="inspect", level=Level.EVERYONE),
    Slash(name="settings", level=Level.EVERYONE),
    Slash(name="settings", level=Level.ADMIN, no=NOT_A_MANAGER, options=lambda _: {"server": True}),
    Slash(name="stats me", level=Level.EVERYONE),
    Slash(name="stats server", level=Level.MODERATOR, no=NOT_A_MODERATOR),
    Slash(name="privacy export", level=Level.EVERYONE),
    Slash(name="privacy delete", level=Level.EVERYONE),
    Slash(name="preset list", level=Level.EVERYONE),
    Slash(name="preset show", level=Level.EVERYONE, options=lambda _: {"preset": "House"}),
    Slash(name="preset save", level=Level.EVERYONE, options=lambda _: {"name": "Mine", "style": "ink"}),
    Slash(
        name="preset save",
        level=Level.MODERATOR,
        no=NOT_A_MODERATOR,
        options=lambda _: {"name": "Ours", "style": "ink", "server": True},
    ),
    Slash(
        name="preset rename",
        level=Level.MODERATOR,
        no=NOT_A_MODERATOR,
        options=lambda _: {"preset": "House", "name": "Home"},
    ),
    Slash(name="preset remove", level=Level.MODERATOR, no=NOT_A_MODERATOR, options=lambda _: {"preset": "House"}),
    Slash(name="lora list", level=Level.EVERYONE),
    Slash(name="lora list", level=Level.MODERATOR, no=NOT_A_MODERATOR, options=lambda _: {"pending": True}),
    Slash(
        name="lora show",
        level=Level.OWNER_OR_MODERATOR,
        no="There is no such LoRA",
        options=lambda _: {"name": "Grain"},
    ),
    Slash(
        name="lora edit",
        level=Level.OWNER_OR_MODERATOR,
        no="There is no such LoRA",
        options=lambda _: {"name": "Grain"},
    ),
    Slash(
        name="lora approve",
        level=Level.MODERATOR,
        no=("There is no such LoRA", NOT_A_MODERATOR),
        options=lambda _: {"name": "Grain"},
    ),
    Slash(
        name="lora remove",
        level=Level.OWNER_OR_MODERATOR,
        no="There is no such LoRA",
        options=lambda _: {"name": "Grain"},
        once=Person.MODERATOR,
    ),
    Slash(name="lora export", level=Level.MODERATOR, no=NOT_A_MODERATOR),
    Slash(
        name="lora import",
        level=Level.MODERATOR,
        no=NOT_A_MODERATOR,
        options=lambda _: {"file": {"filename": "loras.json", "content_base64": "W10="}},
    ),
    Slash(name="lora settings", level=Level.EVERYONE),
    Slash(
        name="lora settings",
        level=Level.ADMIN,
        no="Only members with **Manage Server** can change the library's rules.",
        options=lambda _: {"approval": False},
    ),
    Slash(
        name="lora add", level=Level.EVERYONE, options=lambda _: {"name": "Ink", "source": "https://example.com/ink"}
    ),
)
ADMINS: Final = (
    Slash(name="admin quota show", level=Level.ADMIN, no=NOT_AN_ADMIN, options=mara),
    Slash(name="admin quota list", level=Level.ADMIN, no=NOT_AN_ADMIN),
    Slash(name="admin quota set", level=Level.ADMIN, no=NOT_AN_ADMIN, options=lambda _: {"day": "7"}),
    Slash(
        name="admin quota grant",
        level=Level.ADMIN,
        no=NOT_AN_ADMIN,
        options=lambda facts: {**mara(facts), "images": 5, "expires": "7d"},
    ),
    Slash(name="admin quota reset", level=Level.ADMIN, no=NOT_AN_ADMIN, options=mara),
    Slash(
        name="admin quota exempt",
        level=Level.ADMIN,
        no=NOT_AN_ADMIN,
        options=lambda facts: {"who": facts.users[Person.MEMBER].id},
    ),
    Slash(
        name="admin quota unexempt",
        level=Level.ADMIN,
        no=NOT_AN_ADMIN,
        options=lambda facts: {"who": facts.users[Person.MEMBER].id},
    ),
    Slash(
        name="admin ban", level=Level.ADMIN, no=NOT_AN_ADMIN, options=lambda facts: {**mara(facts), "reason": "spam"}
    ),
    Slash(name="admin unban", level=Level.ADMIN, no=NOT_AN_ADMIN, options=mara),
    Slash(name="admin caps", level=Level.ADMIN, no=NOT_AN_ADMIN, options=lambda _: {"day": "5"}),
    Slash(name="admin costs", level=Level.ADMIN, no=NOT_AN_ADMIN),
    Slash(name="admin words add", level=Level.ADMIN, no=NOT_AN_ADMIN, options=lambda _: {"words": "gorgon"}),
    Slash(name="admin words list", level=Level.ADMIN, no=NOT_AN_ADMIN),
    Slash(name="admin words test", level=Level.ADMIN, no=NOT_AN_ADMIN, options=lambda _: {"text": "a gorgon"}),
    Slash(name="admin words remove", level=Level.ADMIN, no=NOT_AN_ADMIN, options=lambda _: {"words": "gorgon"}),
    Slash(name="admin setup", level=Level.ADMIN, no=NOT_AN_ADMIN),
    Slash(name="admin config show", level=Level.ADMIN, no=NOT_AN_ADMIN),
    Slash(name="admin config export", level=Level.ADMIN, no=NOT_AN_ADMIN),
    Slash(
        name="admin config import",
        level=Level.ADMIN,
        no=NOT_AN_ADMIN,
        options=lambda _: {"file": {"filename": "rules.toml", "content_base64": "W21ha2VdCg=="}},
    ),
    Slash(name="admin audit", level=Level.ADMIN, no=NOT_AN_ADMIN),
    Slash(name="admin pause", level=Level.ADMIN, no=NOT_AN_ADMIN),
    Slash(name="admin resume", level=Level.ADMIN, no=NOT_AN_ADMIN),
)
MENUS: Final = (
    Menu(name="Image settings", level=Level.EVERYONE),
    Menu(name="Inspect image", level=Level.EVERYONE),
    Menu(name="Report image", level=Level.EVERYONE),
    Menu(name="Make again", level=Level.ORDERS, no=BANNED),
)
PRESSES: Final = (
    Press(name="fluxcord:again:", level=Level.ORDERS, no=BANNED, of=job),
    Press(name="fluxcord:again:", level=Level.OWNER, no=PRIVATE, of=private),
    Press(name="fluxcord:variations:", level=Level.ORDERS, no=BANNED, of=job),
    Press(name="fluxcord:variations:", level=Level.OWNER, no=PRIVATE, of=private),
    Press(name="fluxcord:edit:", level=Level.ORDERS, no=BANNED, of=job),
    Press(name="fluxcord:edit:", level=Level.OWNER, no=PRIVATE, of=private),
    Press(name="fluxcord:editagain:", level=Level.ORDERS, no=BANNED, of=lambda facts: f"{facts.job}:o:flux-lora"),
    Press(
        name="fluxcord:remake",
        level=Level.ORDERS,
        no=BANNED,
        content="```\n/imagine prompt: a fox model: flux-lora\n```",
    ),
    Press(name="fluxcord:details:", level=Level.EVERYONE, of=job),
    Press(name="fluxcord:details:", level=Level.OWNER, no=PRIVATE, of=private),
    Press(name="fluxcord:report:", level=Level.EVERYONE, of=job),
    Press(name="fluxcord:save:", level=Level.EVERYONE, of=job),
    Press(name="fluxcord:show:", level=Level.OWNER, no="Only the person who asked for these images", of=private),
    Press(name="fluxcord:past:", level=Level.EVERYONE, of=lambda _: "o*k::"),
    Press(name="fluxcord:open:", level=Level.OWNER, no=NOT_IN_YOUR_HISTORY, of=private),
    Press(name="fluxcord:mark:", level=Level.OWNER, no=NOT_IN_YOUR_HISTORY, of=private),
    Press(name="fluxcord:unmark:", level=Level.OWNER, no=NOT_IN_YOUR_HISTORY, of=private),
    Press(name="fluxcord:repost:", level=Level.OWNER, no=(NOT_IN_YOUR_HISTORY, BANNED), of=job),
    Press(name="fluxcord:ask:", level=Level.EVERYONE, of=private),
    Press(name="fluxcord:spare:", level=Level.OWNER, no=NOT_IN_YOUR_HISTORY, of=private),
    Press(name="fluxcord:presets:", level=Level.EVERYONE, of=lambda _: "0"),
    Press(name="fluxcord:default:choose:", level=Level.EVERYONE, of=lambda _: "u:model", values=("flux-lora",)),
    Press(
        name="fluxcord:default:choose:",
        level=Level.ADMIN,
        no=NOT_A_MANAGER,
        of=lambda _: "s:model",
        values=("flux-2-lora",),
    ),
    Press(name="fluxcord:default:press:", level=Level.EVERYONE, of=lambda _: "u:private"),
    Press(name="fluxcord:default:press:", level=Level.ADMIN, no=NOT_A_MANAGER, of=lambda _: "s:private"),
    Press(name="fluxcord:loras:", level=Level.EVERYONE, of=lambda _: "a0:"),
    Press(name="fluxcord:loras:", level=Level.MODERATOR, no=NOT_A_MODERATOR, of=lambda _: "w0:"),
    Press(name="fluxcord:loraedit:", level=Level.OWNER_OR_MODERATOR, no="changed or removed meanwhile", of=entry),
    Press(
        name="fluxcord:loraretry:",
        level=Level.OWNER_OR_MODERATOR,
        no="changed or removed meanwhile",
        of=entry,
        fields=("Grain", "-", "-", "-"),
    ),
    Press(name="fluxcord:loraok:", level=Level.MODERATOR, no=NOT_A_MODERATOR, of=verdict),
    Press(name="fluxcord:lorano:", level=Level.MODERATOR, no=NOT_A_MODERATOR, of=verdict),
    Press(name="fluxcord:people:", level=Level.ADMIN, no="**Manage Server**", of=lambda _: "0"),
    Press(name="fluxcord:setup:pick:", level=Level.ADMIN, no=NOT_AN_ADMIN, of=lambda _: "page", values=("what",)),
    Press(
        name="fluxcord:setup:pick:",
        level=Level.ADMIN,
        no=NOT_AN_ADMIN,
        of=lambda _: "raw_sources",
        values=("moderators",),
    ),
    Press(name="fluxcord:setup:press:", level=Level.ADMIN, no=NOT_AN_ADMIN, of=lambda _: "windows"),
    Press(name="fluxcord:setup:press:", level=Level.ADMIN, no=NOT_AN_ADMIN, of=lambda _: "spoiler"),
    Press(name="fluxcord:setup:press:", level=Level.ADMIN, no=NOT_AN_ADMIN, of=lambda _: "pause"),
    Press(name="fluxcord:setup:press:", level=Level.ADMIN, no=NOT_AN_ADMIN, of=lambda _: "resume"),
    Press(name="fluxcord:config:apply:", level=Level.ADMIN, no=NOT_AN_ADMIN, of=lambda _: "0123456789abcdef"),
    Press(name="fluxcord:config:discard:", level=Level.EVERYONE, of=lambda _: "0123456789abcdef"),
    Press(name="fluxcord:audit:", level=Level.ADMIN, no=NOT_AN_ADMIN, of=lambda _: "-"),
    Press(name="fluxcord:queue:page:", level=Level.EVERYONE, of=lambda _: "0"),
    Press(
        name="fluxcord:queue:cancel:",
        level=Level.OWNER,
        no="Only the person who asked for it can cancel it here.",
        of=lambda facts: f"0:{facts.waiting}",
    ),
    Press(name="fluxcord:several:make:", level=Level.EVERYONE, of=lambda _: "7"),  # a question to nobody
    Press(name="fluxcord:several:drop:", level=Level.EVERYONE, of=lambda _: "7"),
    Press(name="fluxcord:forget:", level=Level.EVERYONE, of=lambda _: "1"),  # asked too long ago
    Press(name="fluxcord:cancel:", level=Level.OWNER_OR_MODERATOR, no=NOT_YOURS, of=waiting),
    Press(name="fluxcord:casedismiss:", level=Level.MODERATOR, no=NOT_A_MODERATOR, of=job),
    Press(name="fluxcord:caseban:", level=Level.ADMIN, no=MAY_NOT_BAN, of=job),
    Press(name="fluxcord:caseremove:", level=Level.MODERATOR, no=NOT_A_MODERATOR, of=job),
    Press(name="fluxcord:erase:", level=Level.OWNER, no=NOT_IN_YOUR_HISTORY, of=private),
    Press(name="fluxcord:delete:", level=Level.OWNER_OR_MODERATOR, no=NOT_YOURS, of=job),
)
FORMS: Final = (
    Form(
        name="fluxcord:edited:",
        level=Level.ORDERS,
        no=BANNED,
        of=lambda facts: f"{facts.job}:o:flux-lora:1",
        inputs={"prompt": "a badger"},
    ),
    Form(
        name="fluxcord:edited:",
        level=Level.OWNER,
        no=PRIVATE,
        of=lambda facts: f"{facts.private}:o:flux-lora:2",
        inputs={"prompt": "a badger"},
    ),
    Form(name="fluxcord:reported:", level=Level.EVERYONE, of=job, inputs={"reason": "blurred"}),
    Form(name="fluxcord:reported:", level=Level.OWNER, no=PRIVATE, of=private, inputs={"reason": "blurred"}),
    Form(name="fluxcord:savepreset:", level=Level.EVERYONE, of=job, inputs={"name": "From a form"}),
    Form(name="fluxcord:savepreset:", level=Level.OWNER, no=PRIVATE, of=private, inputs={"name": "Stolen"}),
    Form(
        name="fluxcord:savepreset:",
        level=Level.MODERATOR,
        no=NOT_A_MODERATOR,
        of=job,
        inputs={"name": "For all", "owner": "server"},
    ),
    Form(name="fluxcord:default:numbers:", level=Level.EVERYONE, of=lambda _: "u", inputs={"steps": "20"}),
    Form(
        name="fluxcord:default:numbers:",
        level=Level.ADMIN,
        no=NOT_A_MANAGER,
        of=lambda _: "s",
        inputs={"steps": "21"},
    ),
    Form(
        name="fluxcord:loraform:",
        level=Level.OWNER_OR_MODERATOR,
        no="changed or removed meanwhile",
        of=entry,
        inputs={"name": "Grain", "source": "https://example.com/other"},
    ),
    Form(
        name="fluxcord:setup:form:",
        level=Level.ADMIN,
        no=NOT_AN_ADMIN,
        of=lambda _: "windows",
        inputs={"hour": "3", "day": "", "month": ""},
    ),
    Form(
        name="fluxcord:casebanned:",
        level=Level.ADMIN,
        no=MAY_NOT_BAN,
        of=job,
        inputs={"reason": "enough", "until": ""},
    ),
)
