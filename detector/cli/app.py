"""The command line, `twitch-detector`: its commands, and how it begins and ends."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from detector._version import __version__
from detector.cli import truth as cli_truth
from detector.cli.again import decide, report
from detector.cli.analyze import analyze
from detector.cli.batch import batch
from detector.cli.clips import clips
from detector.cli.ends import catch_signals, complain, fail, flushed, handled, keep_streams, say, stop_code
from detector.cli.exchange import export, import_
from detector.cli.figures import figures
from detector.cli.parameters import params
from detector.cli.plain import in_plain_words, usage_sentence
from detector.cli.probe import probe as cli_probe
from detector.cli.review import review
from detector.cli.sensitivity import sensitivity as cli_sensitivity
from detector.cli.trend import trend
from detector.errors import ExitCode, OutputError

app = typer.Typer(
    context_settings={"help_option_names": ["-h", "--help"]},
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line and leave with its exit code."""
    keep_streams()
    catch_signals()
    # Typer carries its own copy of click, or uses click itself: this is the base of all usage errors in both.
    usage_errors: list[Any] = [base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException"]
    try:
        code = in_plain_words(typer.main.get_command(app))(standalone_mode=False)
    except usage_errors[0] as error:
        code = fail(usage_sentence(error), ExitCode.USAGE, as_json="--json" in sys.argv)
    except (typer.Abort, KeyboardInterrupt) as stop:  # outside of a command
        code = stop_code(stop.__cause__ or KeyboardInterrupt())
    except OutputError as error:  # the version
        code = fail(str(error), error.exit_code, as_json=False)
    except OSError:  # the help; what it still holds fails again when it is flushed, and is said then
        code = ExitCode.FAILURE
    sys.exit(flushed(int(code or 0)))


def _show_version(wanted: bool) -> None:
    if wanted:
        say(f"twitch-detector {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _start(
    context: typer.Context,
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Find brief sleep twitches and rhythmic movement in recorded baby-monitor footage.

    It describes movement and never says what it means for health. Nothing leaves this machine.

    \b
    Examples:
      twitch-detector analyze night.mp4 --out night
      twitch-detector analyze /recordings/2026-03-14 --out night --workers 4
      twitch-detector decide night --set burst.threshold=12 --out stricter
      twitch-detector params > params.toml

    Exit codes: 0 done, 1 failure, 2 usage or parameters, 3 done but some of the footage was unreadable, 4 nothing could
    be analyzed; 129, 130 and 143 stopped by SIGHUP, Ctrl-C and SIGTERM.
    """
    if context.invoked_subcommand is None:
        complain(context.get_help())
        raise typer.Exit(int(ExitCode.USAGE))


app.command()(cli_probe)
app.command()(analyze)
app.command()(decide)
app.command()(report)
app.command()(params)
app.command()(handled(cli_truth.synth))
app.command()(handled(cli_truth.plant))
app.command()(handled(cli_truth.evaluate))
app.command()(clips)
app.command()(figures)
app.command()(review)
app.command()(trend)
app.command()(batch)
app.command("sensitivity")(cli_sensitivity)
app.command()(export)
app.command("import")(import_)
