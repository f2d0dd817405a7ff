import asyncio
import os

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


async def healthz(request):
    return JSONResponse({})


async def create_order(request):
    order = await request.json()
    await asyncio.sleep(0.005)  # the work
    with open(os.environ["EFFECTS_FILE"], "a") as effects:
        effects.write(order["id"] + "\n")
    return JSONResponse(order, status_code=201)


app = Starlette(routes=[Route("/healthz", healthz), Route("/orders", create_order, methods=["POST"])])
