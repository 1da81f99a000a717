"""What a request is answered where the disk takes no more: one sentence, not a fault of ours."""

from __future__ import annotations

import errno

from starlette.types import ASGIApp, Receive, Scope, Send

from dcgan.web.bodies import failure

TAKES_NO_MORE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
INSUFFICIENT_STORAGE = 507


def saying_that_it_is_full(app: ASGIApp) -> ASGIApp:
    """Return `app` with an answer of its own for an OSError of a disk that takes no more; files are written whole or not at all."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except OSError as error:
            if error.errno not in TAKES_NO_MORE:
                raise
            sentence = f"nothing could be written: {error.strerror}; make room on the disk of runs and models, and try again"
            await failure(sentence, INSUFFICIENT_STORAGE)(scope, receive, send)

    return answer
