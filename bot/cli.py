"""The `guide` command: serve, ask, train, check. Heavy parts load only for the command that needs them."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bot.settings import ROOT, Settings

if TYPE_CHECKING:
    from bot.turns import Turns

#: How many conversations `guide ask --jsonl` holds at once.
ASK_AT_ONCE = 8


class CommandError(Exception):
    """The command cannot go on; the text says what to do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["rasa"]:
        from bot.engine.rasa_command import run_rasa

        return run_rasa(arguments[1:])
    parsed = _parser().parse_args(arguments)
    try:
        status: int = parsed.run(parsed)
        return status
    except ValidationError as error:
        for fault in error.errors():
            name = ".".join(str(part) for part in fault["loc"]).upper()
            print(f"{name}: {fault['msg']}", file=sys.stderr)
        return 2
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="guide", description="The guide: How can we help you?")
    commands = parser.add_subparsers(required=True, metavar="command")

    serve = commands.add_parser("serve", help="prepare what is needed and serve the guide")
    serve.add_argument("--workers", type=int, default=1, metavar="N", help="how many processes; needs PostgreSQL")
    serve.set_defaults(run=_serve)

    prepare = commands.add_parser("prepare", help="bring database, content and model up to date, and stop")
    prepare.set_defaults(run=_prepare)

    ask = commands.add_parser("ask", help="ask one question without a server, or one per line with --jsonl")
    ask.add_argument("text", nargs="?", help="the message")
    ask.add_argument("--jsonl", action="store_true", help="read a text, or {text, locale}, a line from standard input")
    ask.add_argument("--locale", choices=("en", "fr"), default="en", help="the language of the answers")
    ask.set_defaults(run=_ask)

    train = commands.add_parser("train", help="train the model if what it is made of changed")
    train.set_defaults(run=_train)

    resources = commands.add_parser("resources", help="the directory's content")
    what = resources.add_subparsers(required=True, metavar="what")
    check = what.add_parser("check", help="check every content file, and name every fault")
    check.set_defaults(run=_resources_check)
    listing = what.add_parser("list", help="every entry with its state and how many numbers it shows")
    listing.set_defaults(run=_resources_list)

    checks = commands.add_parser("check", help="check what people are shown")
    of = checks.add_subparsers(required=True, metavar="what")
    of.add_parser("messaging", help="safe-messaging lint over every text").set_defaults(run=_check_messaging)
    of.add_parser("parity", help="the same texts and choices in both languages").set_defaults(run=_check_parity)

    exam = commands.add_parser("exam", help="examine the guide on our own development questions")
    subjects = exam.add_subparsers(required=True, metavar="subject")
    for subject, run, help_, page in (
        ("safety", _exam_safety, "what the screening finds, misses, and alarms about for nothing", "SAFETY.md"),
        ("nlu", _exam_nlu, "where free text lands, and whether the guide knows when it is unsure", "UNDERSTANDING.md"),
    ):
        examined = subjects.add_parser(subject, help=help_)
        kept = examined.add_mutually_exclusive_group()
        kept.add_argument("--write", action="store_true", help=f"write the report to docs/{page}")
        kept.add_argument("--check", action="store_true", help=f"only tell whether docs/{page} is up to date")
        examined.set_defaults(run=run)
        if subject == "nlu":
            examined.add_argument(
                "--compare",
                action="store_true",
                help="compare pipelines side by side, Rasa's default among them; the page is docs/COMPARISON.md",
            )
            examined.add_argument(
                "--epochs", type=_at_least_one, metavar="N", help="with --compare: train Rasa's default for N epochs"
            )
            examined.add_argument(
                "--examples", type=_at_least_one, metavar="N", help="with --compare: only N examples of each intent"
            )

    commands.add_parser("rasa", help="Rasa's own command line: train, test, shell, data validate", add_help=False)
    return parser


def _at_least_one(written: str) -> int:
    number = int(written)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _ready(settings: Settings) -> Path:
    """Database, content and model, up to date; the model's path."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.app import prepare
    from bot.directory import ContentError

    try:
        prepare(settings)
    except ContentError as error:
        raise CommandError(str(error)) from None
    except (SQLAlchemyError, OSError) as error:
        raise CommandError(
            f"The database at {_without_password(settings.database_url)} cannot be used ({type(error).__name__}). "
            "Check DATABASE_URL, and that its folder can be written."
        ) from None
    return _model(settings)


def _model(settings: Settings) -> Path:
    from bot.publishing import TrainingError, ensure_model

    try:
        return ensure_model(ROOT, settings.model_dir, settings.log_dir / "train.log", _say)
    except TrainingError as error:
        raise CommandError(str(error)) from None


def _prepare(arguments: argparse.Namespace) -> int:
    _ready(Settings())
    return 0


def _train(arguments: argparse.Namespace) -> int:
    _say(f"The model is {_model(Settings())}.")
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    from bot.app import build_app
    from bot.server import serve, serve_workers

    settings = Settings()
    if arguments.workers < 1:
        raise CommandError("Give a number of workers from 1 up, as in: guide serve --workers 2")
    if arguments.workers > 1 and settings.database_url.startswith("sqlite"):
        raise CommandError(
            "Several workers need PostgreSQL: SQLite is for one process. Set DATABASE_URL to a PostgreSQL database, "
            "or leave --workers out."
        )
    model = _ready(settings)
    if arguments.workers > 1:
        # Made here, once: all workers sign and seal with the same key.
        settings.secret()
        return serve_workers(arguments.workers, settings.host, settings.port, _say)
    return serve(build_app(settings, model), settings.host, settings.port, _say)


def _ask(arguments: argparse.Namespace) -> int:
    if arguments.jsonl == (arguments.text is not None):
        raise CommandError('Give one message, as in: guide ask "Who can I talk to?", or --jsonl and lines to read.')
    lines: Iterable[str] = sys.stdin if arguments.jsonl else [json.dumps(arguments.text)]
    return asyncio.run(_ask_all(_questions(lines, arguments.locale), indent=None if arguments.jsonl else 2))


def _questions(lines: Iterable[str], locale: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
        except ValueError:
            said = line.rstrip("\n")
        if isinstance(said, dict) and isinstance(said.get("text"), str):
            yield said["text"], "fr" if said.get("locale", locale) == "fr" else "en"
        elif isinstance(said, str):
            yield said, locale
        else:
            raise CommandError(f'Line {number}: write a text, or {{"text": "…", "locale": "en"}}.')


async def _ask_all(questions: Iterator[tuple[str, str]], indent: int | None) -> int:
    from bot.app import build_guide
    from bot.directory import connect, upgrade

    settings = Settings()
    model = _ready(settings)
    with tempfile.TemporaryDirectory() as folder:
        # Conversations of this command live in a database of their own, and go with it.
        url = f"sqlite:///{folder}/conversations.db"
        database = connect(url)
        upgrade(database)
        database.dispose()
        guide = build_guide(settings, model, turns_url=url)
        await guide.start()
        try:
            if not await guide.engine.wait_ready(120):
                raise CommandError(f"The model could not be loaded. {settings.log_dir}/engine.log says why.")
            async for turn in _answers(guide.turns, questions):
                print(json.dumps(turn, ensure_ascii=False, indent=indent), flush=True)
        finally:
            await guide.stop()
    return 0


async def _answers(turns: Turns, questions: Iterator[tuple[str, str]]) -> AsyncIterator[Any]:
    """Answer every question in a conversation of its own, a few at once, in the order asked."""
    under_way: list[asyncio.Task[Any]] = []
    for text, locale in questions:
        under_way.append(asyncio.create_task(_one(turns, text, locale)))
        if len(under_way) >= ASK_AT_ONCE:
            yield await under_way.pop(0)
    for task in under_way:
        yield await task


async def _one(turns: Turns, text: str, locale: str) -> Any:
    spoken = "fr" if locale == "fr" else "en"
    conversation, _ = await turns.begin("ask", spoken)  # type: ignore[arg-type]
    accepted = await turns.accept(conversation, str(uuid.uuid4()), "", text[:4000] or " ")
    turn = None
    while turn is None:
        turn = await turns.wait_for(conversation, accepted.seq, 30)
    await turns.delete(conversation)
    return turn


def _resources_check(arguments: argparse.Namespace) -> int:
    from bot.directory import ContentError, read_content

    try:
        content = read_content(Settings().data_dir / "resources")
    except ContentError as error:
        raise CommandError(str(error)) from None
    _say(f"{sum(len(entries) for entries in content.entries.values())} entries, no fault found.")
    return 0


def _resources_list(arguments: argparse.Namespace) -> int:
    from bot.directory import ContentError, read_content

    try:
        content = read_content(Settings().data_dir / "resources")
    except ContentError as error:
        raise CommandError(str(error)) from None
    for entry in (entry for entries in content.entries.values() for entry in entries):
        shown = sum(1 for contact in entry.contacts if contact.show)
        print(f"{entry.state:12} {entry.slug:36} {shown} contacts shown, source read {entry.source_read_on}")
    return 0


def _check_messaging(arguments: argparse.Namespace) -> int:
    from bot.publishing.words import shown_texts
    from bot.safety.messaging_lint import lint

    faults = [
        f"{where} ({locale}): {finding}"
        for where, locale, text in shown_texts(Settings().data_dir)
        for finding in lint(text, locale)
    ]
    for fault in faults:
        print(fault)
    _say(f"{len(faults)} findings.")
    return 1 if faults else 0


def _check_parity(arguments: argparse.Namespace) -> int:
    from bot.publishing.words import parity_faults

    faults = list(parity_faults(Settings().data_dir))
    for fault in faults:
        print(fault)
    _say(f"{len(faults)} findings.")
    return 1 if faults else 0


def _exam_safety(arguments: argparse.Namespace) -> int:
    from bot.publishing.safety_exam import fingerprint, report
    from bot.safety.training import ensure_weights

    def made() -> str:
        if ensure_weights():
            _say("Trained the safety classifier.")
        return report(data)

    data = Settings().data_dir
    return _exam(arguments, "safety", ROOT / "docs" / "SAFETY.md", fingerprint(data), made)


def _exam_nlu(arguments: argparse.Namespace) -> int:
    if arguments.compare:
        return _exam_comparison(arguments)
    if arguments.epochs or arguments.examples:
        raise CommandError("--epochs and --examples go with --compare.")
    from bot.publishing.nlu_exam import fingerprint, report

    page = ROOT / "docs" / "UNDERSTANDING.md"
    return _exam(arguments, "nlu", page, fingerprint(ROOT), lambda: report(ROOT, _model(Settings())))


def _exam_comparison(arguments: argparse.Namespace) -> int:
    from bot.publishing.comparison import EPOCHS, ComparisonError, compare_all, pipelines_hash

    if arguments.write and arguments.examples:
        raise CommandError("docs/COMPARISON.md is written from all examples: leave --write or --examples out.")
    settings = Settings()

    def made() -> str:
        try:
            log_file = settings.log_dir / "comparison.log"
            return compare_all(ROOT, arguments.epochs or EPOCHS, arguments.examples, log_file, _say)
        except ComparisonError as error:
            raise CommandError(str(error)) from None

    return _exam(arguments, "nlu --compare", ROOT / "docs" / "COMPARISON.md", pipelines_hash(ROOT), made)


def _exam(arguments: argparse.Namespace, subject: str, page: Path, fingerprint: str, made: Callable[[], str]) -> int:
    """Print the report that `made` makes, and keep it on its page; or only tell whether the page is up to date."""
    if arguments.check:
        if page.is_file() and f"`{fingerprint}`" in page.read_text(encoding="utf-8"):
            return 0
        raise CommandError(f"docs/{page.name} is out of date: run .venv/bin/guide exam {subject} --write")
    text = made()
    print(text)
    if arguments.write:
        page.write_text(text, encoding="utf-8")
    return 0


def _without_password(url: str) -> str:
    from sqlalchemy import make_url

    return make_url(url).render_as_string(hide_password=True)


if __name__ == "__main__":
    sys.exit(main())
