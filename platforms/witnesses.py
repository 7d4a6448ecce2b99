"""Asking a witness for a cosignature: the call `add-checkpoint` of C2SP's tlog-witness."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from platforms.errors import Misconfigured, PlatformError, Refused, Temporary
from platforms.http import Http, Response

MOST_HASHES = 63
LARGEST_ANSWER = 64 * 1024


class Behind(PlatformError):
    """The witness has cosigned `size` records of this log, not the number that was named."""

    def __init__(self, size: int) -> None:
        super().__init__("409", f"{size} records were cosigned")
        self.size = size


@dataclass(frozen=True)
class WitnessApi:
    """One witness, by its submission prefix."""

    http: Http
    url: str

    async def add_checkpoint(self, old: int, proof: Sequence[bytes], note: bytes) -> str:
        """Show a checkpoint with the consistency proof from `old` records, and return the signature lines.

        Asking twice does no harm. Raises Behind where the witness is at another size, and Refused where it says that
        the checkpoint does not go on from what it has seen.
        """
        if len(proof) > MOST_HASHES:
            raise ValueError("no tree needs so many hashes")
        hashes = "".join(f"{base64.b64encode(each).decode()}\n" for each in proof)
        body = f"old {old}\n{hashes}\n".encode() + note
        answer = await self.http.call("POST", f"{self.url}/add-checkpoint", data=body, limit=LARGEST_ANSWER)
        if answer.status != 200:
            raise _failure(answer)
        try:
            return answer.body.decode()
        except UnicodeDecodeError:
            raise Refused("cosignature", "the answer is no text") from None


def _failure(answer: Response) -> PlatformError:
    code = str(answer.status)
    if answer.status == 409:
        size = answer.body.removesuffix(b"\n")
        readable = size.isdigit() and len(size) <= 15
        return Behind(int(size)) if readable else Temporary(code, "the size cannot be read")
    if answer.status == 422:
        return Refused(code, "the checkpoint does not go on from what the witness has seen")
    if answer.status == 429 or answer.status >= 500:
        return Temporary(code)
    known = {404: "the witness does not know this log", 403: "the witness does not know the key of this log"}
    return Misconfigured(code, known.get(answer.status, "this is no witness, or it does not understand us"))
