"""completion: generates scripts for shells from the parser, so that they have all commands and options."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from .streams import write

Table = list[tuple[str, argparse.ArgumentParser]]
NAME = "libsendsafely"
SHELLS = ("bash", "zsh", "fish")


def add(commands: Any, top: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "completion", help="print a completion script for a shell",
        description="Prints a completion script.\n\n  bash  source <(libsendsafely completion bash)\n"
                    "  zsh   source <(libsendsafely completion zsh)\n  fish  libsendsafely completion fish | source")
    parser.add_argument("shell", choices=SHELLS, help="the shell")
    parser.set_defaults(run=lambda arguments, out: write(f"{script(arguments.shell, top)}\n"))


def children(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def commands(parser: argparse.ArgumentParser, line: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command with its words, such as " workspace ls"."""
    yield line, parser
    for word, inner in children(parser).items():
        yield from commands(inner, f"{line} {word}")


def options(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return [action for action in parser._actions if action.option_strings]


def choices(parser: argparse.ArgumentParser) -> list[str]:
    """The words for positional arguments."""
    return [str(choice) for action in parser._actions if not action.option_strings for choice in action.choices or ()]


def words(parser: argparse.ArgumentParser) -> list[str]:
    return [*choices(parser), *(option for action in options(parser) for option in action.option_strings)]


def values(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    """Options with a value, each with "files" for a file, the choices if it has some, or an empty string."""
    for action in options(parser):
        if action.nargs != 0:
            kind = " ".join(map(str, action.choices)) if action.choices else ""
            if action.metavar in ("FILE", "DIRECTORY"):
                kind = "files"
            for option in action.option_strings:
                yield option, kind


def script(shell: str, top: argparse.ArgumentParser) -> str:
    table = list(commands(top))
    return {"bash": bash, "zsh": zsh, "fish": fish}[shell](table)


def known(table: Table) -> str:
    return " | ".join(f'"{line}"' for line, _ in table if line)


def cases(table: Table, files: str, offer: str) -> str:
    """Two tables as shell code: the words after an option with a value, and the words everywhere else."""
    rows = []
    for line, parser in table:
        for option, kind in values(parser):
            what = {"files": files, "": "return"}.get(kind) or f'{offer} "{kind}"; return'
            rows.append(f'    "{line}:{option}") {what if what == "return" else what.replace("; return", "") + "; return"} ;;')
    rows.append("  esac")
    rows.append('  case "$line" in')
    for line, parser in table:
        rows.append(f'    "{line}") all="{" ".join(words(parser))}" bare="{" ".join(choices(parser))}" ;;')
    return "\n".join(rows)


def bash(table: Table) -> str:
    return f"""\
# bash completion for {NAME}; made by: {NAME} completion bash
_{NAME}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} line="" word all="" bare=""
  COMPREPLY=()
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$line $word" in
      {known(table)}) line="$line $word" ;;
    esac
  done
  case "$line:${{COMP_WORDS[COMP_CWORD-1]}}" in
{cases(table, '_' + NAME + '_files', '_' + NAME + '_words')}
  esac
  if [[ $current == -* ]]; then _{NAME}_words "$all"
  elif [[ -n $bare ]]; then _{NAME}_words "$bare"
  else _{NAME}_files; fi
}}
_{NAME}_words() {{ local IFS=$' \\n'; COMPREPLY=($(compgen -W "$1" -- "$current")); }}
_{NAME}_files() {{ local IFS=$'\\n'; compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current")); }}
complete -F _{NAME} {NAME}"""


def zsh(table: Table) -> str:
    return f"""\
#compdef {NAME}
# zsh completion for {NAME}; made by: {NAME} completion zsh
_{NAME}() {{
  local line="" word all="" bare=""
  for word in "${{(@)words[2,CURRENT-1]}}"; do
    case "$line $word" in
      {known(table)}) line="$line $word" ;;
    esac
  done
  case "$line:${{words[CURRENT-1]}}" in
{cases(table, '_files', '_' + NAME + '_words')}
  esac
  if [[ $PREFIX == -* ]]; then _{NAME}_words "$all"
  elif [[ -n $bare ]]; then _{NAME}_words "$bare"
  else _files; fi
}}
_{NAME}_words() {{ compadd -- ${{=1}} }}
compdef _{NAME} {NAME}"""


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def fish(table: Table) -> str:
    rows = [f"""\
# fish completion for {NAME}; made by: {NAME} completion fish
function __{NAME}_at
  set -l line ''
  for word in (commandline -opc)[2..-1]
    switch "$line $word"
      case {' '.join(quoted(line) for line, _ in table if line)}
        set line "$line $word"
    end
  end
  test "$line" = "$argv[1]"
end"""]
    for line, parser in table:
        start = f'complete -c {NAME} -n "__{NAME}_at {quoted(line)}"'
        helps = {inner.dest: inner.help for action in parser._actions if isinstance(action, argparse._SubParsersAction)
                 for inner in action._choices_actions}
        rows += [f"{start} -f -a {quoted(word)} -d {quoted(helps.get(word) or '')}" for word in choices(parser)]
        taking = dict(values(parser))
        for action in options(parser):
            for option in action.option_strings:
                flag = f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}"
                kind = {None: "", "files": " -r -F"}.get(taking.get(option), f" -x -a {quoted(taking.get(option, ''))}")
                rows.append(f"{start} {flag}{kind} -d {quoted((action.help or '').split(';')[0])}")
    return "\n".join(rows)
