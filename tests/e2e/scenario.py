"""One long visit that uses everything: what it leaves in logs and requests is then looked through."""

import json
from collections.abc import Callable

from sandbox.client import Channel, Interaction, InteractionState, Message, SandboxClient, User
from tests.e2e.support import PATIENCE, is_settled, shows_images, title

PROMPT = "a zebra-striped zeppelin over Zanzibar"  # no word of it occurs elsewhere
LORA = "https://example.com/zeppelin.safetensors"
SECRET_LORA = "https://example.com/z.safetensors?token=zeppelin-secret"


class Visit:
    """Mara, Ben and Olga in a channel."""

    def __init__(self, world: SandboxClient, channel: Channel, mara: User, ben: User, olga: User) -> None:
        self._world, self._channel = world, channel
        self._mara, self._ben, self._olga = mara, ben, olga

    async def use_everything(self) -> None:
        """Commands, options, suggestions, buttons, refusals, failures, late results; a quota of 20 images fits it."""
        for _ in range(5):  # all that Olga has, so that she can be refused
            options = {"prompt": PROMPT, "size": "square", "count": 4}
            await self._world.command(self._olga, self._channel, "imagine", options)
        await self._words()
        await self._cancel()  # before it knows how fast the sandbox is: then it shows no progress worth an edit
        await self._results()
        await self._failures()
        await self._presses()
        await self._late()

    async def _words(self) -> None:
        for name in ("help", "quota", "history", "queue"):
            await self._said(await self._world.command(self._mara, self._channel, name))
        several = {"prompt": f"{PROMPT} {{by day|by night}}", "size": "square", "alternatives": True}
        question = await self._run(several, lambda seen: bool(seen.buttons))
        await self._world.press(self._mara, question, label="Cancel")
        await self._run({"size": "square", "speed": "high", "lora": SECRET_LORA, "lora2": "x/y"}, is_settled)
        await self._run({"safety": False}, is_settled)

    async def _cancel(self) -> None:
        world = self._world
        await world.set_eachlabs(hold=True)
        message = await self._run({"size": "square"}, lambda seen: title(seen) == "Generating")
        await world.press(self._mara, message, label="Cancel")
        await self._see(self._channel, lambda seen: seen.id == message.id and title(seen) == "Cancelled")
        await world.set_eachlabs(hold=False)

    async def _results(self) -> None:
        everything = {
            "size": "square", "count": 2, "seed": 5, "steps": 10, "guidance": 2.5, "lora": LORA, "lora_scale": 0.5,
            "format": "png", "safety": True, "private": True, "model": "flux-lora",
        }  # fmt: skip
        await self._run(everything, shows_images)
        everything = {
            "width": 512, "height": 544, "count": 2, "seed": 5, "steps": 10, "guidance": 2.5, "lora": SECRET_LORA,
            "lora_scale": 0.5, "lora2": "owner/repo", "lora2_scale": 4, "lora3": "a/b", "format": "webp",
            "expand_prompt": True, "speed": "high", "safety": True, "model": "flux-2-lora",
        }  # fmt: skip
        await self._run(everything, shows_images)
        await self._run({"prompt": f"{PROMPT}, " * 90, "size": "square"}, shows_images)
        for option, typed in (("lora", "zep"), ("width", "51")):
            typing = {"prompt": PROMPT, option: typed}
            await self._world.autocomplete(self._mara, self._channel, "imagine", typing, option)

    async def _failures(self) -> None:
        world = self._world
        echo = json.dumps({"status": "error", "message": f"cannot draw {PROMPT!r}", "details": "sandbox-eachlabs-key"})
        await world.add_fault("eachlabs.create", "status", status=400, body=echo)
        await self._run({"size": "square"}, is_settled)
        await world.add_fault("eachlabs.create", "status", status=500, body=echo)
        await self._run({"size": "square"}, shows_images)
        await world.add_fault("eachlabs.result", "failed", body=f"no {PROMPT} today")
        await self._run({"size": "square"}, is_settled)
        await world.add_fault("eachlabs.webhook", "twice")
        await self._run({"size": "square"}, shows_images)
        await world.set_aimlapi(balance_tokens=0)
        await self._run({"model": "flux-2-lora"}, is_settled)
        await world.add_fault("discord.edit_followup", "status", status=500)
        await world.add_rate_limit("edit_followup", retry_after_s=0.2)
        await world.add_rate_limit("create_message", retry_after_s=0.2)
        await self._run({"size": "square"}, shows_images)
        await self._run({"count": 4}, lambda seen: seen.ephemeral and "quota" in title(seen).lower(), self._olga)

    async def _presses(self) -> None:
        world = self._world
        message = await self._run({"size": "square"}, shows_images)
        await self._said(await world.press(self._ben, message, label="Delete"), self._ben)
        again = await self._said(await world.press(self._mara, message, label="Again"), fits=shows_images)
        for old in (message, again):
            state = InteractionState.PENDING
            while state is not InteractionState.DELETED:  # refused while the result is still being posted
                press = await world.press(self._mara, old, label="Delete")
                state = (await world.wait_for_interaction(press, _is_over, PATIENCE)).state

    async def _late(self) -> None:
        world = self._world
        for private in (False, True):
            await world.set_eachlabs(hold=True)
            after = await world.cursor()
            await self._run({"size": "square", "private": private}, lambda seen: seen.loading, self._ben)
            await world.wait_for_event("prediction_created", PATIENCE, after)
            await world.advance_clock(901)
            await world.set_eachlabs(hold=False)
            place = await world.dm(self._ben) if private else self._channel
            await self._see(place, lambda seen: shows_images(seen) and seen.interaction_id is None, self._ben)
        await self._see(self._channel, lambda seen: "answered here" in seen.content, self._ben)

    async def _run(
        self, options: dict[str, object], fits: Callable[[Message], bool], user: User | None = None
    ) -> Message:
        who = user or self._mara
        sent = await self._world.command(who, self._channel, "imagine", {"prompt": PROMPT} | options)
        return await self._said(sent, who, fits)

    async def _said(
        self, sent: Interaction, user: User | None = None, fits: Callable[[Message], bool] = is_settled
    ) -> Message:
        return await self._see(self._channel, lambda seen: seen.interaction_id == sent.id and fits(seen), user)

    async def _see(self, place: Channel, fits: Callable[[Message], bool], user: User | None = None) -> Message:
        return await self._world.wait_for_message(place, user or self._mara, fits, PATIENCE)


def _is_over(press: Interaction) -> bool:
    return press.state in {InteractionState.DELETED, InteractionState.ANSWERED}
