"""A web service in front of q. Needs `pip install fastapi httpx`, and uvicorn to serve.

    python examples/fastapi_app.py                                    # asks itself, with a q of its own
    Q=localhost:5050 uvicorn --app-dir examples fastapi_app:app       # serves

One pool of connections lives as long as the application; a request whose client goes away gives its query up.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import Response

import anyq
from anyq.query import col, select, wavg


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with anyq.Pool(os.environ.get("Q", "localhost:5050"), max_size=8, wait_timeout=2, timeout=10) as pool:
        app.state.q = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.exception_handler(anyq.QError)
async def q_error(request: Request, error: Exception) -> Response:
    """A q error is the fault of the request."""
    return Response(f"q: {error}", status_code=400)


@app.exception_handler(anyq.Error)
async def no_answer(request: Request, error: Exception) -> Response:
    """Anything else means that q cannot be asked just now."""
    return Response(str(error), status_code=503)


@app.get("/vwap/{sym}")
async def vwap(sym: str) -> dict[str, Any]:
    """A path is never q text: it travels as a value."""
    query = select("trade", {"vwap": wavg("size", "price")}, where=[col("sym") == sym])
    rows = await app.state.q(query)
    price = rows["vwap"][0].py()
    if price is None or price != price:
        raise HTTPException(404, f"no trades of {sym}")
    return {"sym": sym, "vwap": price}


async def main() -> None:
    import httpx

    async with anyq.serve(port=0) as server:
        await server.q("trade:([]sym:`AAPL`AAPL`IBM;price:1.5 2.5 3.5;size:1 3 2)")
        os.environ["Q"] = f"localhost:{server.port}"
        transport = httpx.ASGITransport(app)
        async with lifespan(app), httpx.AsyncClient(transport=transport, base_url="http://app") as web:
            for path in ("/vwap/AAPL", "/vwap/none"):
                answer = await web.get(path)
                print(answer.status_code, answer.text)
            await server.q("delete trade from `.")
            print((await web.get("/vwap/AAPL")).text)


if __name__ == "__main__":
    anyio.run(main)
