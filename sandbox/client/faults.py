"""The client's part for mishaps and for the image APIs: faults, the gateway's failures, their settings."""

import json
import math
from collections.abc import Mapping
from typing import Any

from sandbox.client.http import ControlSession

Json = Mapping[str, Any]


class Fates(ControlSession):
    """Scripts what goes wrong, and turns the image APIs."""

    async def add_fault(self, target: str, kind: str, **more: object) -> None:
        """Let the next fitting uses of a target go wrong; `more` as sandbox.faults.Fault describes it.

        A target is "discord.<operation>" (create_message, edit_original ...), "eachlabs.create", "aimlapi.generate"
        and so on; `fault_targets` lists them all. SandboxError: there is none of that name, or not with this kind.
        """
        await self._call("POST", "faults", {"target": target, "kind": kind, **more})

    async def add_rate_limit(self, operation: str, *, retry_after_s: float, times: int = 1) -> None:
        """Let Discord answer 429 as it does when a bucket is used up ("create_message", "edit_original")."""
        body = {"message": "You are being rate limited.", "retry_after": retry_after_s, "global": False}
        headers = {
            "Via": "1.1 sandbox",
            "Retry-After": str(math.ceil(retry_after_s)),
            "X-RateLimit-Limit": "5",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset-After": str(retry_after_s),
            "X-RateLimit-Bucket": operation,
            "X-RateLimit-Scope": "user",
        }
        await self.add_fault(
            f"discord.{operation}", "status", status=429, times=times, headers=headers, body=json.dumps(body)
        )

    async def faults(self) -> list[Json]:
        """Return the faults still to happen."""
        return list((await self._call("GET", "faults"))["faults"])

    async def fault_targets(self) -> Mapping[str, list[str]]:
        """Return everything that can go wrong: the targets, each with its kinds of faults."""
        found: Mapping[str, list[str]] = (await self._call("GET", "faults/targets"))["targets"]
        return found

    async def clear_faults(self) -> None:
        """Forget all faults and let go of whatever hangs because of one."""
        await self._call("DELETE", "faults")

    async def close_gateway(self, code: int = 4000) -> int:
        """Close the bot's gateway connections with a code; returns how many there were."""
        return await self._disturb(action="close", code=code)

    async def drop_gateway(self) -> int:
        """Break the bot's gateway connections as a failing network does."""
        return await self._disturb(action="drop")

    async def ask_to_reconnect(self) -> int:
        """Ask the bot to reconnect and resume, as before a deploy of Discord's."""
        return await self._disturb(action="reconnect")

    async def invalidate_session(self, *, resumable: bool = False) -> int:
        """Tell the bot that its session is invalid."""
        return await self._disturb(action="invalidate", resumable=resumable)

    async def _disturb(self, **what: object) -> int:
        return int((await self._call("POST", "gateway", what))["connections"])

    async def set_eachlabs(self, **settings: object) -> Json:
        """Change how each::labs behaves (sandbox.apis.settings.EachlabsSettings); returns all its settings."""
        found: Json = await self._call("PATCH", "eachlabs/settings", settings)
        return found

    async def set_aimlapi(self, **settings: object) -> Json:
        """Change how the AI/ML API behaves (sandbox.apis.settings.AimlapiSettings)."""
        found: Json = await self._call("PATCH", "aimlapi/settings", settings)
        return found

    async def set_results(self, **settings: object) -> Json:
        """Change how long result links live (sandbox.apis.settings.ResultSettings)."""
        found: Json = await self._call("PATCH", "results/settings", settings)
        return found

    async def predictions(self) -> list[Json]:
        """Return each::labs' predictions with their inputs, oldest first."""
        return list((await self._call("GET", "eachlabs/predictions"))["predictions"])

    async def finish_prediction(self, prediction_id: str) -> None:
        """Let a prediction end now, although it is held or not due."""
        await self._call("POST", f"eachlabs/predictions/{prediction_id}/finish")

    async def generations(self) -> list[Json]:
        """Return the AI/ML API's generations with their inputs, oldest first."""
        return list((await self._call("GET", "aimlapi/generations"))["generations"])

    async def finish_generation(self, generation_id: str) -> None:
        """Let a generation be answered now, although it is held or not due."""
        await self._call("POST", f"aimlapi/generations/{generation_id}/finish")

    async def image_requests(self, api: str) -> list[Json]:
        """Return all requests to "eachlabs" or "aimlapi" with their headers and bodies."""
        return list((await self._call("GET", f"{api}/requests"))["requests"])

    async def webhook_calls(self) -> list[Json]:
        """Return what each::labs sent to webhooks and how that was answered."""
        return list((await self._call("GET", "eachlabs/webhooks"))["webhooks"])

    async def image_stats(self, api: str) -> Json:
        """Return what "eachlabs" or "aimlapi" measured: concurrency, creates a minute, what was spent."""
        found: Json = await self._call("GET", f"{api}/stats")
        return found
