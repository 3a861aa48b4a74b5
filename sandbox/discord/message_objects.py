"""Messages and interactions as the JSON objects of Discord's HTTP API and gateway."""

from sandbox.discord import permissions
from sandbox.discord.installs import app_permissions, context_of
from sandbox.discord.limits import ATTACHMENT_SCHEME
from sandbox.discord.model import Attachment, Interaction, InteractionKind, Json, Message
from sandbox.discord.serialise import channel_json, member_json, timestamp, user_json
from sandbox.discord.world import World


def attachment_json(world: World, channel_id: int, attachment: Attachment, *, ephemeral: bool) -> Json:
    """Write an attachment object; its URL is served by this sandbox."""
    area = "ephemeral-attachments" if ephemeral else "attachments"
    url = f"{world.base_url}/cdn/{area}/{channel_id}/{attachment.id}/{attachment.filename}"
    data: Json = {
        "id": str(attachment.id),
        "filename": attachment.filename,
        "size": len(attachment.data),
        "url": url,
        "proxy_url": url,
        "content_type": attachment.content_type,
    }
    if attachment.width is not None:
        data |= {"width": attachment.width, "height": attachment.height}
    if attachment.description is not None:
        data["description"] = attachment.description
    if ephemeral:
        data["ephemeral"] = True
    return data


def files_json(world: World, message: Message) -> list[Json]:
    """Write all attachments of a message, those that its embeds show as well."""
    return [
        attachment_json(world, message.channel_id, each, ephemeral=message.ephemeral) for each in message.attachments
    ]


def embed_json(world: World, message: Message, embed: Json) -> Json:
    """Write an embed object: a picture that was uploaded with the message gets the URL it is served at."""
    by_name = {each["filename"]: each for each in files_json(world, message)}
    data: Json = {"type": "rich", **embed}
    for name in ("image", "thumbnail", "author", "footer"):
        if not isinstance(embed.get(name), dict):
            continue
        part = dict(embed[name])
        for key in ("url", "icon_url"):
            found = by_name.get(str(part.get(key)).removeprefix(ATTACHMENT_SCHEME))
            if found is None or not str(part[key]).startswith(ATTACHMENT_SCHEME):
                continue
            part |= {key: found["url"], f"proxy_{key}": found["url"]}
            if key == "url" and "width" in found:
                part |= {"width": found["width"], "height": found["height"]}
        data[name] = part
    return data


def metadata_json(world: World, interaction: Interaction) -> Json:
    """Write how a message came about: who did what."""
    # An autocomplete has no message, so three types are left here.
    data: Json = {
        "id": str(interaction.id),
        "type": int(interaction.kind),
        "user": user_json(world.users[interaction.user_id]),
        "authorizing_integration_owners": interaction.owners,
    }
    if "target_id" in interaction.data:
        data["target_message_id"] = str(interaction.data["target_id"])
    if interaction.kind is InteractionKind.COMPONENT:
        data["interacted_message_id"] = str(interaction.source_message_id)
    if interaction.triggered_by is not None:
        data["triggering_interaction_metadata"] = metadata_json(world, world.interactions[interaction.triggered_by])
    return data


def command_label(interaction: Interaction) -> str:
    """Return a command's name with its subcommand, as "X used /lora add" shows it."""
    words, level = [str(interaction.data["name"])], interaction.data
    while (options := level.get("options")) and options[0]["type"] in {1, 2}:
        level = options[0]
        words.append(str(level["name"]))
    return " ".join(words)


def message_json(world: World, message: Message) -> Json:
    """Write a message object as the HTTP API answers it."""
    data: Json = {
        "id": str(message.id),
        "channel_id": str(message.channel_id),
        "type": int(message.kind),
        "author": user_json(world.users[message.author_id]),
        "content": message.content,
        "timestamp": timestamp(message.created_ms),
        "edited_timestamp": None if message.edited_ms is None else timestamp(message.edited_ms),
        "tts": False,
        "pinned": False,
        "mention_everyone": message.mention_everyone,
        "mentions": [user_json(world.users[user_id]) for user_id in message.mention_ids],
        "mention_roles": [str(role_id) for role_id in message.mention_role_ids],
        "attachments": [
            written
            for each, written in zip(message.attachments, files_json(world, message), strict=True)
            if not each.in_embed
        ],
        "embeds": [embed_json(world, message, embed) for embed in message.embeds],
        "components": message.components,
        "flags": int(message.flags),
    }
    if message.nonce is not None:
        data["nonce"] = message.nonce
    if message.reference_id is not None:
        data["message_reference"] = {
            "type": 0,
            "message_id": str(message.reference_id),
            "channel_id": str(message.channel_id),
        }
    if message.interaction_id is not None:
        interaction = world.interactions[message.interaction_id]
        data |= {"application_id": str(world.application_id), "webhook_id": str(world.application_id)}
        data["interaction_metadata"] = metadata_json(world, interaction)
        if interaction.kind is InteractionKind.COMMAND and interaction.original_message_id == message.id:
            data["interaction"] = {
                "id": str(interaction.id),
                "type": int(interaction.kind),
                "name": command_label(interaction),
                "user": user_json(world.users[interaction.user_id]),
            }
    return data


def interaction_json(world: World, interaction: Interaction) -> Json:
    """Write an interaction as INTERACTION_CREATE carries it."""
    channel, user = world.channels[interaction.channel_id], world.users[interaction.user_id]
    allowed = world.permissions(channel, user.id)
    data: Json = {
        "id": str(interaction.id),
        "application_id": str(world.application_id),
        "type": int(interaction.kind),
        "token": interaction.token,
        "version": 1,
        "data": interaction.data,
        "channel_id": str(channel.id),
        "channel": {**channel_json(world, channel), "permissions": str(allowed)},
        "app_permissions": str(app_permissions(world, channel, user.id)),
        "locale": user.locale,
        "entitlements": [],
        "entitlement_sku_ids": [],
        "authorizing_integration_owners": interaction.owners,
        "context": int(context_of(channel)),
        "attachment_size_limit": interaction.attachment_size_limit,
    }
    if interaction.source_message_id is not None:
        source = world.messages[interaction.source_message_id]
        data["message"] = message_json(world, source)
    if interaction.guild_id is None:
        return {**data, "user": user_json(user)}
    guild = world.guilds[interaction.guild_id]
    in_here = permissions.in_channel(guild, channel, user.id)
    return {
        **data,
        "guild_id": str(guild.id),
        "guild_locale": guild.locale,
        "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
        "member": {**member_json(world, guild.members[user.id]), "permissions": str(in_here)},
    }
