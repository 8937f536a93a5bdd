"""`motcua zalo`: connecting the Official Account, and looking whether it works."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from datetime import datetime, timedelta, timezone

import typer
from rich.console import Console
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.zalo_client import (
    REFRESH_TOKEN_USED,
    AccessTokens,
    CallFailed,
    NotConnected,
    TokenInvalid,
    Unavailable,
    ZaloApi,
    missing_settings,
)
from bot.procedures.store import connect as engine_for
from bot.settings import Settings
from bot.stores.database import migrate
from bot.stores.zalo import JOURNAL, Inbox, TokenPair, TokenStore, now

#: An event that waits longer than this is not being answered.
_TOO_LONG = timedelta(minutes=10)
_WEBHOOK = "/webhooks/zalo/webhook"
_VIETNAM = timezone(timedelta(hours=7))
_EXPLORER = "https://developers.zalo.me/tools/explorer"

app = typer.Typer(no_args_is_help=True, help="The Zalo Official Account.")
console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


@app.command()
def connect() -> None:
    """Store the account's tokens, from a refresh token made at Zalo; it is used up by this."""
    settings = Settings.read()
    missing = _missing(settings)
    if missing:
        errors.print("\n".join(missing), markup=False)
        raise typer.Exit(1)
    store = TokenStore(_database(settings), JOURNAL)
    refresh_token = typer.prompt("Refresh token", hide_input=True).strip()
    pair = asyncio.run(_connect(settings, store, refresh_token))
    console.print(f"Stored: an access token, good until {_local(pair.access_expires_at)} (refreshed by itself),")
    console.print("and a new refresh token, good for about three months from each refresh.")
    console.print("`motcua zalo check` says what else is needed.")


@app.command()
def check() -> None:
    """Say whether settings, tokens, Zalo and the inbox are in order, and what to do where they are not."""
    settings = Settings.read()
    engine = _database(settings)
    console.print(f"Webhook address to enter at Zalo: {settings.public_url}{_WEBHOOK}", markup=False)
    problems = [*_missing(settings), *_address_problems(settings), *_inbox_problems(Inbox(engine))]
    # Without the settings Zalo would refuse, and blame something else.
    if not _missing(settings):
        problems += asyncio.run(_account_problems(settings, TokenStore(engine, JOURNAL)))
    for problem in problems:
        errors.print(f"Problem: {problem}", markup=False)
    if problems:
        raise typer.Exit(1)
    console.print("Everything is in order.")


def _database(settings: Settings) -> Engine:
    engine = engine_for(settings.conversation_database_url)
    migrate(engine)
    return engine


async def _connect(settings: Settings, store: TokenStore, refresh_token: str) -> TokenPair:
    # An earlier run may have ended before it could store what it got for this very token.
    grant = store.left_behind(refresh_token)
    if grant is None:
        async with aclosing(ZaloApi(settings)) as api:
            try:
                grant = await api.exchange(refresh_token)
            except Unavailable as failure:
                errors.print(f"Zalo could not be reached ({failure.result}). Try again with the same token.")
                raise typer.Exit(1) from failure
            except CallFailed as failure:
                errors.print(f"Zalo refused the token ({failure.result}). {_advice(failure)}", markup=False)
                raise typer.Exit(1) from failure
    try:
        return store.connect(refresh_token, grant)
    except SQLAlchemyError as error:
        errors.print(f"The database did not take the tokens ({type(error).__name__}). They are kept in {JOURNAL}:")
        errors.print("once the database works, run this again here with the same refresh token.")
        raise typer.Exit(1) from error


def _advice(failure: CallFailed) -> str:
    if failure.result == str(REFRESH_TOKEN_USED):
        return f"It was used before, and each works once: make a new one at {_EXPLORER}"
    return f"Check ZALO_APP_ID and ZALO_APP_SECRET, and make a new token at {_EXPLORER}"


def _missing(settings: Settings) -> list[str]:
    return [f"{name} is not set: docs/zalo.md says where to find it." for name in missing_settings(settings)]


def _address_problems(settings: Settings) -> Iterator[str]:
    if not settings.public_url.startswith("https://"):
        yield f"PUBLIC_URL is {settings.public_url}. Set it to the https address that Zalo and citizens reach."


def _inbox_problems(inbox: Inbox) -> Iterator[str]:
    summary = inbox.summary()
    console.print(f"Events of the last three days: {summary.pending} waiting, {summary.failed} given up")
    if summary.waiting_since is not None and now() - summary.waiting_since > _TOO_LONG:
        since = _local(summary.waiting_since)
        yield f"an event has been waiting since {since}. Is Motcua running, and are the tokens in order?"


async def _account_problems(settings: Settings, store: TokenStore) -> list[str]:
    async with aclosing(ZaloApi(settings)) as api:
        try:
            token = await AccessTokens(store, api).current()
            name = await api.account_name(token)
        except NotConnected as problem:
            return [str(problem)]
        except TokenInvalid as failure:
            return [f"Zalo does not take the access token ({failure.result}): run `motcua zalo connect`."]
        except CallFailed as failure:
            return [f"Zalo does not answer as it should ({failure.result}). Is {settings.zalo_api_url} reachable?"]
    pair = store.read()
    if pair is not None:
        console.print(f"Access token: good until {_local(pair.access_expires_at)} (refreshed by itself)")
    console.print(f"Zalo answers for the account: {name}", markup=False)
    return []


def _local(time: datetime) -> str:
    return time.replace(tzinfo=timezone.utc).astimezone(_VIETNAM).strftime("%Y-%m-%d %H:%M")
