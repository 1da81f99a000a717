"""The Hub's client, silenced, patient, and with its errors turned into one sentence each."""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from huggingface_hub import constants, get_session, get_token, is_offline_mode
from huggingface_hub.errors import (  # type: ignore[attr-defined]  # HTTPError is that of the transport under the client
    FileMetadataError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    HTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
    RevisionResolutionError,
    XetDownloadError,
)
from huggingface_hub.utils.logging import get_verbosity, set_verbosity
from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

from dcgan.errors import HubError

TIMEOUT = 30.0  # seconds that the Hub may be silent; its client would wait for ever
TRIES, PAUSE = 3, 1.0  # of a request that met a passing fault, and the seconds before the first repetition
FAULTS = (500, 502, 503, 504)
BREAKS = ("ReadError", "WriteError", "RemoteProtocolError")  # of the transport, by name
FAILURES = (HTTPError, OSError, ValueError, KeyError, RuntimeError, RevisionResolutionError, XetDownloadError)
FULL_OR_CLOSED = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS)
NOT_HERE = (LocalEntryNotFoundError, RevisionResolutionError)
LOG_IN = "log in with `hf auth login`, or set HF_TOKEN"
T = TypeVar("T")


@contextlib.contextmanager
def speaking_to_the_hub(repo: str) -> Iterator[None]:
    """Run a block of the Hub's client: no lines and bars of its own, no endless silence; its failures become a HubError of one sentence."""
    level, bars = get_verbosity(), not are_progress_bars_disabled()
    set_verbosity(logging.CRITICAL)
    disable_progress_bars()
    get_session().timeout = TIMEOUT
    try:
        yield
    except FAILURES as error:
        said = (_sentence(each, repo) for each in _chain(error))
        raise HubError(next(filter(None, said), None) or _broken(error, repo)) from None
    finally:
        set_verbosity(level)
        if bars:
            enable_progress_bars()


def patiently(request: Callable[[], T]) -> T:
    """Return what `request` returns; after a fault of the Hub's own or a broken connection it is made again, TRIES times in all.

    Not after a LocalEntryNotFoundError: before that, the client has been patient itself, for about half a minute.
    """
    for attempt in range(TRIES - 1):
        try:
            return request()
        except FAILURES as error:
            if isinstance(error, LocalEntryNotFoundError) or not any(map(_passes, _chain(error))):
                raise
            time.sleep(PAUSE * 2**attempt)
    return request()


def _passes(error: BaseException) -> bool:
    if isinstance(error, HfHubHTTPError):
        return error.response.status_code in FAULTS
    return type(error).__name__ in BREAKS


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error and those that led to it, the nearest to the wire first."""
    errors: list[BaseException] = []
    while error is not None and error not in errors:
        errors.append(error)
        error = error.__cause__ or error.__context__
    yield from reversed(errors)


def _sentence(error: BaseException, repo: str) -> str | None:
    if isinstance(error, HfHubHTTPError):
        return _refusal(error, repo)
    if isinstance(error, OfflineModeIsEnabled) or (isinstance(error, NOT_HERE) and is_offline_mode()):
        return f"HF_HUB_OFFLINE is set and {repo} is not on this machine as a whole; unset it and try again"
    if isinstance(error, HTTPError) and not hasattr(error, "response"):
        return _broken(error, repo)
    if isinstance(error, HFValidationError):
        return f"{repo} cannot be the name of a repository: {_one_line(str(error))}"
    if isinstance(error, json.JSONDecodeError | FileMetadataError | KeyError):
        return f"{constants.ENDPOINT} does not answer as the Hub does; is HF_ENDPOINT set to something else?"
    if isinstance(error, (*NOT_HERE, ValueError)) or "Consistency check" in str(error):
        return f"{repo} cannot be had or changed: {_one_line(str(error))}"
    if isinstance(error, OSError) and error.errno in FULL_OR_CLOSED:
        return f"{repo} cannot be kept on this machine: {error.strerror}"
    return None


def _broken(error: Exception, repo: str) -> str:
    """Say what became of a connection."""
    kept = "try again; files that have arrived are kept"
    if "Timeout" in type(error).__name__:
        return f"the Hub at {constants.ENDPOINT} was silent for too long; {kept}"
    if "Connect" in type(error).__name__:
        return f"the Hub at {constants.ENDPOINT} cannot be reached ({_one_line(str(error))}); look at the network, then {kept}"
    return f"the connection to the Hub broke while {repo} was on its way ({_one_line(str(error))}); {kept}"


def _refusal(error: HfHubHTTPError, repo: str) -> str:
    """Say what an answer of the Hub means."""
    status = error.response.status_code
    if isinstance(error, GatedRepoError):
        return f"{repo} is gated: accept its terms at {constants.ENDPOINT}/{repo} in a browser, and {LOG_IN}"
    if isinstance(error, RevisionNotFoundError):
        return f"{repo} has no such revision: name a branch, a tag or a whole commit behind @"
    if status == 401 and "Invalid" in str(error):
        if get_token() is None:
            return f"nobody is logged in at the Hub here: {LOG_IN}"
        return f"the Hub does not accept the token: {LOG_IN} to a valid one"
    if isinstance(error, RepositoryNotFoundError) or status in (401, 404):
        return f"the Hub shows no {repo}: the name is wrong, or it is private or not yours and you are not logged in ({LOG_IN})"
    if status == 403:
        return f"the Hub does not let this token do that to {repo}: give it write access at {constants.ENDPOINT}/settings/tokens"
    if status == 409:
        return f"{repo} was changed by someone else at the same time; try again"
    if status == 429:
        return "the Hub has had too many requests from here; try again in some minutes"
    if status >= 500:
        return f"the Hub has a fault of its own (status {status}); try again in some minutes"
    return f"the Hub refuses (status {status}): {_one_line(error.server_message or str(error))}"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200].rstrip(".")
