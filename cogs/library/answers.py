"""Who may do what with a library, and the sentences that say why not."""

from typing import Any, Final

import discord

from cogs.admin.rights import is_moderator
from cogs.place import is_age_restricted, roles_of
from jobs.library.entry import Entry
from jobs.library.libraries import Author, Refusal
from jobs.library.library import ENTRIES_MOST, OF_A_MEMBER
from jobs.sentence import Sentence, say, verbatim
from jobs.servers.rules import LibraryRules

NO_SERVER: Final = say("Libraries belong to servers: use this in a channel of a server that I am in.")
UNKNOWN: Final = say("There is no such LoRA in this server's library. `/lora list` shows all of them.")
CHANGED: Final = say("This LoRA was changed or removed meanwhile: look at it again with `/lora show`.")
NOT_YOURS: Final = say("Only who added this LoRA, or a moderator with **Manage Messages**, can do that.")
NOT_A_MODERATOR: Final = say("Only moderators, members with **Manage Messages**, can do that.")
NOT_AN_APPROVER: Final = say(
    "Only moderators, members with **Manage Messages**, and the roles that `/lora settings` names can do that."
)
NOT_EVERYONE: Final = say(
    "@everyone cannot be an approver. With `approval: False` nothing that members add has to be approved."
)
NOT_A_MANAGER: Final = say("Only members with **Manage Server** can change the library's rules.")
RESTRICTED: Final = say("Age-restricted LoRAs are for age-restricted channels: go to one, then try again.")
NO_PREVIEW: Final = say(
    "The preview could not be fetched as a picture: attach a JPEG, PNG or WebP file, or give an https:// link to one."
)
STORE_TROUBLE: Final = say(
    "The bot's database cannot be used right now. Nothing was changed. Please try again in a minute."
)


def may_approve(interaction: discord.Interaction[Any], rules: LibraryRules) -> bool:
    """Whether whoever acts decides about what waits: moderators, and the roles that the server has named."""
    return is_moderator(interaction) or not rules.approvers.isdisjoint(roles_of(interaction))


def author_of(interaction: discord.Interaction[Any], rules: LibraryRules) -> Author:
    """Whoever acts."""
    return Author(
        user_id=interaction.user.id,
        is_moderator=is_moderator(interaction),
        approves=may_approve(interaction, rules),
    )


def may_change(interaction: discord.Interaction[Any], entry: Entry) -> bool:
    """Whoever added it, and moderators."""
    return entry.added_by == interaction.user.id or is_moderator(interaction)


def may_see(interaction: discord.Interaction[Any], entry: Entry, rules: LibraryRules) -> bool:
    """What is age-restricted shows in age-restricted channels alone; what waits, to who added it and who decides."""
    if entry.facts.age_restricted and not is_age_restricted(interaction.channel):
        return False
    return entry.approved or may_change(interaction, entry) or may_approve(interaction, rules)


def refused(refusal: Refusal, name: str) -> Sentence:
    """Why it was not written."""
    match refusal:
        case Refusal.NAME_TAKEN:
            return say(
                "There is a LoRA called **{name}** here already: choose another name, or change that one with "
                "`/lora edit`.",
                name=verbatim(name),
            )
        case Refusal.FULL:
            return say(
                "A library has at most {most} LoRAs, and this one is full: remove some first.", most=ENTRIES_MOST
            )
        case Refusal.MEMBER_FULL:
            return say(
                "You have added {most} LoRAs, and that is the most for one member: remove some first, or ask a "
                "moderator to add this one.",
                most=OF_A_MEMBER,
            )
        case Refusal.GONE:
            return CHANGED
