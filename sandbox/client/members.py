"""The client's part that plays the members: what they do, what they see."""

from collections.abc import Mapping, Sequence

from sandbox.client.http import ControlSession
from sandbox.client.messages import Attachment, Message
from sandbox.client.types import Channel, Interaction, User

Options = Mapping[str, object]


class Members(ControlSession):
    """Acts as a member; what a Discord client would not let them do raises `Refused`."""

    async def command(self, user: User, channel: Channel, name: str, options: Options | None = None) -> Interaction:
        """Run a slash command ("imagine", "lora add").

        Options take Python values: text, number, bool; a choice by its value or its name; a user, role or
        channel by its id; a file as {"filename", "content_base64"}.
        """
        return Interaction.read(await self._call("POST", "interactions/command", _typed(user, channel, name, options)))

    async def burst(
        self, users: Sequence[User], channel: Channel, name: str, options: Sequence[Options], *, seconds: float
    ) -> list[int]:
        """Run one command for each of `options`, by the users in turn, evenly over so many seconds; returns their ids.

        The sandbox itself keeps the times: hundreds a second are no trouble for it.
        """
        commands = [_typed(users[number % len(users)], channel, name, each) for number, each in enumerate(options)]
        body = {"commands": commands, "seconds": seconds}
        return [int(each) for each in (await self._call("POST", "interactions/burst", body))["interaction_ids"]]

    async def type_option(self, user: User, channel: Channel, name: str, options: Options, focused: str) -> Interaction:
        """Type into an option with autocomplete without waiting for what the bot offers."""
        body = {**_typed(user, channel, name, options), "focused": focused}
        return Interaction.read(await self._call("POST", "interactions/command", body))

    async def use_message_command(self, user: User, message: Message, name: str) -> Interaction:
        """Choose an application's entry in a message's menu (right click, Apps)."""
        body = {"user_id": str(user.id), "message_id": str(message.id), "name": name}
        return Interaction.read(await self._call("POST", "interactions/message-command", body))

    async def press(
        self, user: User, message: Message, custom_id: str | None = None, *, label: str | None = None
    ) -> Interaction:
        """Press a button, named by its custom id or its label."""
        body = {
            "user_id": str(user.id),
            "message_id": str(message.id),
            "custom_id": custom_id,
            "label": label,
        }
        return Interaction.read(await self._call("POST", "interactions/press", body))

    async def select(self, user: User, message: Message, custom_id: str, values: Sequence[str | int]) -> Interaction:
        """Choose in a select: by the options' values or labels; users, roles and channels by id."""
        body = {
            "user_id": str(user.id),
            "message_id": str(message.id),
            "custom_id": custom_id,
            "values": list(values),
        }
        return Interaction.read(await self._call("POST", "interactions/select", body))

    async def submit_modal(self, user: User, shown_by: Interaction, values: Mapping[str, object]) -> Interaction:
        """Send the modal that an interaction showed; fields left out keep what they showed.

        A text input takes a text; a select one value or a list (users, roles, channels by id); a file upload
        {"filename", "content_base64"}; a checkbox a bool.
        """
        body = {"user_id": str(user.id), "interaction_id": str(shown_by.id), "values": dict(values)}
        return Interaction.read(await self._call("POST", "interactions/modal", body))

    async def interaction(self, interaction: Interaction | int) -> Interaction:
        """Return how an interaction stands now."""
        number = interaction if isinstance(interaction, int) else interaction.id
        return Interaction.read(await self._call("GET", f"interactions/{number}"))

    async def messages(self, channel: Channel, viewer: User | None = None) -> list[Message]:
        """Return a channel's messages, oldest first: those that `viewer` sees.

        Without a viewer all of them, deleted and others' ephemeral ones too.
        """
        query = {} if viewer is None else {"viewer": str(viewer.id)}
        found = await self._call("GET", f"channels/{channel.id}/messages", query=query)
        return [Message.read(each) for each in found["messages"]]

    async def message(self, message: Message | int) -> Message:
        """Return a message as it is now, a deleted one too."""
        number = message if isinstance(message, int) else message.id
        return Message.read(await self._call("GET", f"messages/{number}"))

    async def say(self, user: User, channel: Channel, content: str, files: Sequence[Mapping[str, str]] = ()) -> Message:
        """Write a message as a member; a file is {"filename", "content_base64"}."""
        body = {"user_id": str(user.id), "content": content, "files": [dict(each) for each in files]}
        return Message.read(await self._call("POST", f"channels/{channel.id}/messages", body))

    async def delete_message(self, user: User, message: Message) -> None:
        """Delete a message as its author or a moderator, or dismiss an ephemeral one."""
        await self._call("DELETE", f"messages/{message.id}", {"user_id": str(user.id)})

    async def picture(self, message: Message) -> bytes:
        """Return a PNG of the message as Discord would show it."""
        return await self._bytes(f"{self._url}/sandbox/messages/{message.id}/picture.png")

    async def modal_picture(self, shown_by: Interaction) -> bytes:
        """Return a PNG of the modal that an interaction showed."""
        return await self._bytes(f"{self._url}/sandbox/interactions/{shown_by.id}/modal.png")

    async def conversation_picture(self, channel: Channel, viewer: User) -> bytes:
        """Return a PNG of all messages of a channel that `viewer` sees, under one another."""
        query = f"?viewer={viewer.id}"
        return await self._bytes(f"{self._url}/sandbox/channels/{channel.id}/picture.png{query}")

    async def download(self, attachment: Attachment | str) -> bytes:
        """Return the bytes of an attachment, or of whatever has that URL, from the content network."""
        return await self._bytes(attachment if isinstance(attachment, str) else attachment.url)


def _typed(user: User, channel: Channel, name: str, options: Options | None) -> dict[str, object]:
    return {
        "user_id": str(user.id),
        "channel_id": str(channel.id),
        "name": name,
        "options": dict(options or {}),
    }
