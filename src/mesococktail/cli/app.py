"""The command ``mesococktail``: which commands there are, each imported when it is used and not before."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from mesococktail import __version__
from mesococktail.cli.exits import INTERRUPTED, MEANINGS, Failure

COMMANDS = {
    "init": ("start", "Make a new log."),
    "doctor": ("start", "Register a doctor, or list them."),
    "prescribe": ("prescribe", "Write down a prescription."),
    "record": ("record", "Write down a record of any kind."),
    "chart": ("chart", "Show a patient's courses, what is due, and what a doctor should look at."),
    "aftercare": ("aftercare", "Print the patient's page after a session."),
    "show": ("look", "Show one record, as it stands or with its history."),
    "list": ("listing", "List prescriptions, or records of another kind."),
    "audit": ("audit", "Show who did what, when and why."),
    "lot": ("listing", "Tell which patients received a lot."),
    "amend": ("correct", "Correct a record: write down its next version."),
    "void": ("correct", "Void a record that should never have existed."),
    "stop": ("correct", "Write down that a treatment ended before its plan did."),
    "erase": ("erase", "Erase the documents of a record, or all of a patient's."),
    "retention": ("audit", "List the patients whose newest record is older than so many years."),
    "study": ("study", "Ask what was used, at which doses, and what came of it."),
    "report": ("report", "Write a report that may leave the clinic."),
    "browse": ("browse", "Look at the log in a web browser, read-only."),
    "agents": ("agents", "List the agents, or show one."),
    "terms": ("vocabulary", "List the vocabularies that records use, or the terms of one."),
    "rules": ("vocabulary", "List the rules that the checks go by."),
    "published": ("published", "Show how published mixtures were read."),
    "amount": ("amount", "Show how a text is read as an amount."),
    "import": ("transfer", "Import records of any kind, or a whole exported log."),
    "export": ("export", "Export the whole log as JSON lines, or its tables for research."),
    "merge": ("export", "Make one SQLite file of the exports of many clinics."),
    "head": ("keep", "Print the head of the log."),
    "verify": ("keep", "Check that nothing in the log was changed or lost."),
    "key": ("key", "Make a key to sign with, or show the public part."),
    "rebuild": ("keep", "Derive the tables that people query anew."),
    "compact": ("erase", "Write the file anew, so that no byte of what was erased is left in it."),
    "backup": ("keep", "Copy the log while it is in use."),
    "demo": ("start", "Make a synthetic log and show what can be asked."),
    "completion": ("start", "Print the script that completes commands in a shell."),
}
"""The module of each command, and its summary: so that the help of the whole needs none of them."""

_EPILOG = "\b\nExit codes:\n" + "\n".join(f"{code:>5}  {said}" for code, said in MEANINGS.items())


class _Commands(click.Group):
    """A group whose commands are modules, imported one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Return the commands in the order of the work, not of the alphabet."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # likewise
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"mesococktail.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command, or name the one that was probably meant."""
        if args[0] not in COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise click.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # likewise
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Complete the name of a command without importing any."""
        from click.shell_completion import CompletionItem  # while completing only

        found = [
            CompletionItem(name, help=summary)
            for name, (_, summary) in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  # whatever the command returns
        """Run a command; what it may raise on purpose becomes a message and an exit code."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except (KeyboardInterrupt, click.Abort) as error:
            by_key = isinstance(error, KeyboardInterrupt) or isinstance(error.__context__, KeyboardInterrupt)
            if not by_key:
                raise
            raise Failure(
                "interrupted; whatever was acknowledged before is in the log", INTERRUPTED
            ) from None
        except BrokenPipeError:
            raise  # whoever reads has seen enough, and click knows what to do then
        except Exception as error:
            from mesococktail.errors import MesococktailError  # when something failed only

            if isinstance(error, MesococktailError):
                raise Failure.of(error) from error
            if isinstance(error, OSError):
                raise Failure(f"{error.filename or 'the system'}: {error.strerror}") from error
            raise


@click.group(
    cls=_Commands,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="mesococktail")
def main() -> None:
    """Keep the record of mesotherapy hair-loss cocktails. It records; it never recommends a treatment.

    Data goes to standard output, everything said about it to standard error. MESOCOCKTAIL_DB names the
    log, MESOCOCKTAIL_DOCTOR who prescribes, MESOCOCKTAIL_RECORDED_BY who writes it down, and
    MESOCOCKTAIL_FORMULARY the clinic's own file of agents, stock and formulas.
    """
