"""The one boundary where errors become a line on stderr and an exit code."""

from __future__ import annotations

import atexit
import os
import signal
import sys
from contextlib import suppress

import click

from ..errors import EmbedkitError, OptionError
from ._usage import hint


def run_to_exit_code(cli: click.Group, args: list[str] | None) -> int:
    """Run a command line: 0 done, 1 failure, 2 usage, 3 some queries unanswered, 130, 143, 141 (see `embedkit -h`)."""
    with suppress(ValueError):  # outside the main thread, whoever embeds us handles signals
        signal.signal(signal.SIGTERM, _stop)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as under nohup
            signal.signal(signal.SIGHUP, _stop)
    color = False if os.environ.get("NO_COLOR") else None
    try:
        result = cli.main(args, "embedkit", standalone_mode=False, color=color)
        # click returns the code of ctx.exit() here, and otherwise what the command returned.
        return result if isinstance(result, int) else 0
    except SystemExit as stop:
        # Our own is the 143 above. click leaves with 1 for one reason, a closed pipe.
        return 141 if stop.code == 1 else stop.code
    except (click.Abort, KeyboardInterrupt) as stop:
        # click makes an interrupt of every EOFError.
        broken = isinstance(stop.__cause__ or stop.__context__, EOFError)
        return _fail("something that was read ended early", "EMBEDKIT_DEBUG=1 shows where") if broken else 130
    except BrokenPipeError:
        return 141
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except click.UsageError as error:
        # What is like an option that does not exist, the hint tells, and better than click.
        message = error.message if isinstance(error, click.NoSuchOption) else error.format_message()
        # Click lists the choices of an argument that is missing line by line.
        return _fail(message.replace("\n\t", " "), hint(error), 2)
    except click.ClickException as error:
        return _fail(error.format_message())
    except EmbedkitError as error:
        return _fail(str(error), error.hint, 2 if isinstance(error, OptionError) else 1)
    except MemoryError as error:
        return _fail(f"out of memory {error}".rstrip())
    except OSError as error:
        return _fail(f"{error.filename or 'stdout'}: {error.strerror or error}")
    except Exception as error:
        if os.environ.get("EMBEDKIT_DEBUG"):
            raise
        return _fail(f"internal error (please report): {type(error).__name__}: {error}", "EMBEDKIT_DEBUG=1 shows where")


def _stop(number: int, _):
    sys.exit(128 + number)


def _fail(message: str, hint: str = "", code: int = 1) -> int:
    lines = [f"Error: {message}"] + ([f"Hint: {hint}"] if hint else [])
    text = "\n".join(line.replace("\n", "\\n") for line in lines)
    # As bytes: a file name in Korean is legible whatever the locale.
    click.echo(text.encode("utf-8", "surrogateescape"), err=True)
    return code


def leave(code: int) -> None:
    """End the process with `code`, once what others want done at the end is done and what is buffered is written.

    Nothing is taken apart that the system throws away as a whole: with numba that would take a fifth of a second.
    """
    if code <= 128:  # else at once: a thread may be waiting for stdin, or stdout for a reader who has gone
        atexit._run_exitfuncs()
        try:
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:
                    stream.flush()
        except (OSError, ValueError):
            if code != 1:  # which has told of it
                sys.exit(code)  # Python tries again, and says what is wrong
    os._exit(code)
