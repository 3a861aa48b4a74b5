"""Both image APIs put together: three applications to mount and their control routes."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from aiohttp import web

from sandbox.apis import eachlabs_answers
from sandbox.apis.aimlapi import Aimlapi
from sandbox.apis.control import add_reading, add_settings
from sandbox.apis.eachlabs import Eachlabs
from sandbox.apis.generations import Generations
from sandbox.apis.host import Host
from sandbox.apis.ledger import creates
from sandbox.apis.limits import Meter
from sandbox.apis.predictions import Predictions
from sandbox.apis.recorder import Recorder
from sandbox.apis.results import Results
from sandbox.apis.settings import AimlapiSettings, EachlabsSettings, ResultSettings, Tunable
from sandbox.apis.studio import Studio
from sandbox.apis.tasks import TaskSet
from sandbox.apis.webhooks import Webhooks
from sandbox.clock import Clock
from sandbox.events import Events
from sandbox.faults import Faults


@dataclass(frozen=True, kw_only=True)
class ImageApis:
    """Mount the applications at /eachlabs/v1, /aimlapi/v1 and /results; the first one owns all tasks."""

    eachlabs_app: web.Application
    aimlapi_app: web.Application
    results_app: web.Application
    add_control_routes: Callable[[web.Application], None]
    creates: Callable[[], list[dict[str, object]]]  # see `sandbox.apis.ledger`


def image_apis(*, faults: Faults, clock: Clock, events: Events, base_url: Callable[[], str]) -> ImageApis:
    """Build both APIs; `base_url` gives the sandbox's own URL (no slash at its end) once it is bound.

    Events: prediction_created, prediction_ended (status), webhook_sent (status, 0 when no answer came),
    generation_started, generation_ended (status), each with the id.
    """
    host = Host(clock=clock, events=events, faults=faults, base_url=base_url)
    eachlabs_settings, aimlapi_settings = Tunable(EachlabsSettings()), Tunable(AimlapiSettings())
    result_settings = Tunable(ResultSettings())
    eachlabs_meter, aimlapi_meter = Meter(), Meter()
    eachlabs_requests, aimlapi_requests = Recorder(clock), Recorder(clock)
    tasks, studio = TaskSet(), Studio(result_settings)
    results = Results(host=host, settings=result_settings)
    webhooks = Webhooks(host=host, settings=eachlabs_settings, tasks=tasks)
    predictions = Predictions(
        host=host,
        settings=eachlabs_settings,
        studio=studio,
        results=results,
        meter=eachlabs_meter,
        tasks=tasks,
        on_end=webhooks.announce,
    )
    generations = Generations(host=host, settings=aimlapi_settings, studio=studio)
    eachlabs_app = Eachlabs(
        host=host,
        settings=eachlabs_settings,
        predictions=predictions,
        meter=eachlabs_meter,
        recorder=eachlabs_requests,
    ).app()
    aimlapi_app = Aimlapi(
        host=host,
        settings=aimlapi_settings,
        generations=generations,
        results=results,
        meter=aimlapi_meter,
        recorder=aimlapi_requests,
    ).app()

    async def own_tasks(_app: web.Application) -> AsyncIterator[None]:
        yield
        await tasks.close()

    eachlabs_app.cleanup_ctx.append(own_tasks)

    async def finish(request: web.Request) -> web.Response:
        """Let a prediction or a generation end, held or not due."""
        number = request.match_info["id"]
        work = predictions.get(number) or generations.get(number)
        if work is None:
            return web.json_response({"message": f"there is no {number}"}, status=404)
        work.finish.set()
        return web.json_response({})

    def all_predictions() -> object:
        return {"predictions": [eachlabs_answers.control(each, clock.now_ms()) for each in predictions.all()]}

    def eachlabs_stats() -> object:
        return {"keys": eachlabs_meter.to_json(), "spent_micro_usd": predictions.spent_micro_usd()}

    def aimlapi_stats() -> object:
        return {"keys": aimlapi_meter.to_json(), "spent_tokens": generations.spent_tokens()}

    def add_control_routes(app: web.Application) -> None:
        add_settings(app, "/sandbox/eachlabs/settings", eachlabs_settings)
        add_settings(app, "/sandbox/aimlapi/settings", aimlapi_settings)
        add_settings(app, "/sandbox/results/settings", result_settings)
        add_reading(app, "/sandbox/eachlabs/predictions", all_predictions)
        app.router.add_post("/sandbox/eachlabs/predictions/{id}/finish", finish)
        add_reading(app, "/sandbox/eachlabs/requests", lambda: {"requests": eachlabs_requests.to_json()})
        add_reading(app, "/sandbox/eachlabs/webhooks", lambda: {"webhooks": webhooks.to_json()})
        add_reading(app, "/sandbox/eachlabs/stats", eachlabs_stats)
        add_reading(
            app,
            "/sandbox/aimlapi/generations",
            lambda: {"generations": [each.to_json() for each in generations.all()]},
        )
        app.router.add_post("/sandbox/aimlapi/generations/{id}/finish", finish)
        add_reading(app, "/sandbox/aimlapi/requests", lambda: {"requests": aimlapi_requests.to_json()})
        add_reading(app, "/sandbox/aimlapi/stats", aimlapi_stats)

    return ImageApis(
        eachlabs_app=eachlabs_app,
        aimlapi_app=aimlapi_app,
        results_app=results.app(),
        add_control_routes=add_control_routes,
        creates=lambda: creates(predictions, generations, clock.now_ms()),
    )
