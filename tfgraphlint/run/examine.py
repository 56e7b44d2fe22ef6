"""One file, from its bytes to what the rules say of it: the way that every front end takes."""

from __future__ import annotations

import ast
import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfgraphlint.diagnostic import Diagnostic, Position, Role, Span, Step
from tfgraphlint.disk.names import one_line
from tfgraphlint.errors import RegistryError
from tfgraphlint.facts.run import UnparsableFile
from tfgraphlint.names.gone_names import mentions_legacy, mentions_refused, mentions_removed
from tfgraphlint.project.commands import Commands
from tfgraphlint.project.files import ProjectFiles
from tfgraphlint.project.guard import MAX_TOKENS, parse, too_deep, too_large
from tfgraphlint.project.module_finder import Import, packages_around
from tfgraphlint.project.requirements import installed, sets_legacy_keras
from tfgraphlint.project.settings import with_keras_2
from tfgraphlint.project.source import ReadError, Source, glimpse, read, shown
from tfgraphlint.rule_api.registry import Registry, RuleFailure, load
from tfgraphlint.screen.graph_api_triggers import defines_graph_api, runs_graph_api
from tfgraphlint.screen.imported_suspects import ImportedModules
from tfgraphlint.screen.outline import Outline
from tfgraphlint.screen.top_level import does_something, tests_in
from tfgraphlint.screen.triggers import holds_root, mentions_framework, mentions_root
from tfgraphlint.syntax.ast_names import span_of_node
from tfgraphlint.syntax.conventional_names import first_use, import_them, taken_for_libraries
from tfgraphlint.syntax.deep_stack import Limit, LimitReached, call_deep
from tfgraphlint.syntax.text import NotTextError, rows_of

if TYPE_CHECKING:  # what imports libcst: a clean run does without
    from tfgraphlint.interpret.core.machine import Ports
    from tfgraphlint.project.modules import Project, Trees
    from tfgraphlint.syntax.tree import Tree

# After so many linted files, or if there are many trees, what the interpreter made of other modules is let go.
FILES_PER_PROJECT = 250
PROJECTS_PER_SEARCH = 8  # until Python searches for garbage: what still refers to itself when a project has ended


class Around(Enum):
    """What of the project around a file a result comes from, besides the files that it imports."""

    TEXTS = "texts"  # of all its files: who calls a function, what switches eager execution off
    TESTS = "tests"  # whether there are so few that they are run


@dataclass(frozen=True)
class Examined:
    """What came of one file. Nothing is silenced, left out or moved yet.

    ``error`` is one line about what kept us from linting it; ``details`` the traceback where it is our own fault.
    ``consulted`` are the files that can have been read besides, ``imports`` says where they were found: what was
    looked up since the last file of the same process, ``around`` what of the project mattered besides. Whatever else a
    result comes from, ``cache`` has to know.
    """

    file: Path
    diagnostics: tuple[Diagnostic, ...] = ()
    passed_screen: bool = False
    consulted: frozenset[Path] = frozenset()
    imports: tuple[Import, ...] = ()
    error: str = ""
    details: str = ""
    in_part: tuple[tuple[int, str], ...] = ()  # row and name of what was not read to its end; no name for the file
    around: frozenset[Around] = frozenset()


@dataclass(eq=False, repr=False)
class Examiner:
    """Examines files of one project, one after the other, in one process.

    ``overlay`` holds files as they would be after an edit, or as standard input gives them. ``tensorflow`` says for
    which version a file is meant, where that is not the newest; ``each_tf1_symbol`` are the files in which a program
    for TensorFlow 1 is not one report but many; ``python_cell_magics`` are those of notebooks besides the usual ones;
    ``limits`` is what files may take that are not under the usual limit.
    Where not ``screened``, every file and function is interpreted.
    ``registry`` is who is given the facts: without it, the rules that come with tfgraphlint and those of ``plugins``.
    ``trees`` are of files that were parsed before and say the same still; others are added.
    ``ports`` are given to the interpreter by who wants to see what happens in it; ``tick`` is called now and then.
    """

    working_directory: Path
    roots: Sequence[Path] = ()
    plugins: Sequence[str] = ()
    overlay: Mapping[Path, Source] = field(default_factory=dict)
    tensorflow: Mapping[Path, str] = field(default_factory=dict)
    each_tf1_symbol: frozenset[Path] = frozenset()
    python_cell_magics: Mapping[Path, tuple[str, ...]] = field(default_factory=dict)
    limits: Mapping[Path, Limit] = field(default_factory=dict)
    screened: bool = True
    registry: Registry | None = None
    trees: Trees | None = None
    ports: Ports | None = None
    tick: Callable[[], None] | None = None
    _project: Project | None = None
    _all_files: dict[type[Any], Any] = field(default_factory=dict)  # of projects, one after the other
    _imported_modules: ImportedModules | None = None
    _commands: Commands = field(default_factory=Commands)
    _files: ProjectFiles | None = None
    _keras_2: dict[Path, bool] = field(default_factory=dict)
    _linted: int = 0
    _ended: int = 0

    def examine(self, file: Path) -> Examined:
        """Lint one file (absolute).

        Raises:
            RegistryError: the rules cannot be loaded.
        """
        filename = shown(file, self.working_directory)
        try:
            return self._examine(file, filename)
        except RegistryError:
            raise
        except ReadError as error:
            return Examined(file, error=str(error))
        except LimitReached as reached:
            self._project = self.trees = None  # what was being made of other modules may be left half done
            self._all_files = {}
            return Examined(file, error=f"{filename}: not linted to its end: {reached}")
        except RuleFailure as failure:
            return _internal(file, filename, failure.__cause__ or failure, f"rule {failure.code}: ")
        except Exception as error:  # one file that we fail on must not keep the others from being linted
            return _internal(file, filename, error)

    def _examine(self, file: Path, filename: str) -> Examined:
        try:
            source = self.overlay.get(file) or read(file, filename, self.python_cell_magics.get(file, ()))
        except NotTextError as error:
            span = Span(filename, error.position, error.position)
            return self._unparsable(file, UnparsableFile(span, error.message))
        return self._examine_source(file, source)

    def _examine_source(self, file: Path, source: Source) -> Examined:
        """Lint each program of a file, and say which of its cells cannot be parsed."""
        if source.document is None:
            return self._examine_program(file, source)
        found = [self._unparsable(file, fault) for fault in source.faults]
        found += [self._examine_program(file, replace(source, text=program)) for program in source.programs]
        return _united(file, found)

    def _examine_program(self, file: Path, source: Source) -> Examined:
        if too_large(source.text):
            raise LimitReached(f"it has more than {MAX_TOKENS:,} words and signs")
        tree = parse(source.text, source.filename)
        if isinstance(tree, UnparsableFile):
            return self._unparsable(file, tree)
        called, tests = self._commands.of(file), tests_in(tree, source.text, file)
        if not tests:
            return self._examine_tree(file, source, tree, called)
        if self._listing.has_few_tests(file):
            called |= tests
        result = self._examine_tree(file, source, tree, called)
        return replace(result, around=result.around | {Around.TESTS})

    def _examine_tree(self, file: Path, source: Source, tree: ast.Module, called: frozenset[str]) -> Examined:
        """Lint a program; ``called`` are its functions and classes that are called from outside: tests, and what
        commands call."""
        if self.screened and not self._relates(file, source, tree, called):
            return self._passed_over(file)
        deep = too_deep(tree, source.text, source.filename)
        if deep is not None:
            return self._unparsable(file, deep)
        return call_deep(lambda: self._look_into(file, source, tree, called), self.limit(file), self.tick)

    def limit(self, file: Path) -> Limit:
        """What ``file`` may take."""
        return self.limits.get(file, Limit())

    @property
    def _listing(self) -> ProjectFiles:
        if self._files is None:
            self._files = ProjectFiles(self.roots)
        return self._files

    def _relates(self, file: Path, source: Source, tree: ast.Module, called: frozenset[str]) -> bool:
        """Whether a file has to do with a framework: it names one, or runs code of other files that do."""
        if mentions_framework(source.text):
            return True
        return (bool(called) or does_something(tree)) and self._others.relates(source.text, file)

    def _passed_over(self, file: Path, found: tuple[Diagnostic, ...] = ()) -> Examined:
        finder = self._others.finder
        return Examined(file, found, False, finder.reached(file) - {file}, finder.fresh())

    @property
    def _others(self) -> ImportedModules:
        if self._imported_modules is None:
            self._imported_modules = ImportedModules(self.roots)
        return self._imported_modules

    def _look_into(self, file: Path, source: Source, tree: ast.Module, called: frozenset[str]) -> Examined:
        version = self._version(file, source)
        assumed = taken_for_libraries(source.text)
        if assumed:
            import_them(tree, assumed)
        found = (*self._legacy(file, source, tree, version), *self._removed(source, tree, version))
        outline = Outline(tree, unscreened=not self.screened)
        if self.screened and not self._passes(outline, tree, source, file, called):
            return self._passed_over(file, say_once(found, assumed, tree, source))
        if self.screened and called:
            outline.telling_imports = self._others.telling_imports(outline, file)
        examined = self._interpret(file, source, tree, outline, version, called)
        return replace(examined, diagnostics=say_once(found + examined.diagnostics, assumed, tree, source))

    def _legacy(self, file: Path, source: Source, tree: ast.Module, version: str | None) -> Iterator[Diagnostic]:
        """What is said of names of TensorFlow 1, for which nothing has to be interpreted."""
        if mentions_legacy(source.text):
            from tfgraphlint.names.tf1_names import legacy_symbols  # reads tables: a clean run does without

            each = file in self.each_tf1_symbol
            for symbol in legacy_symbols(tree, source.filename, source.text, version, each):
                yield from self._rules().diagnostics(symbol)

    def _removed(self, source: Source, tree: ast.Module, version: str | None) -> Iterator[Diagnostic]:
        """What is said of names of Keras 2, for which nothing has to be interpreted either."""
        if mentions_removed(source.text):
            from tfgraphlint.names.keras2_names import removed_names  # reads tables: a clean run does without

            for name in removed_names(tree, source.filename, source.text, version):
                yield from self._rules().diagnostics(name)
        if mentions_refused(source.text):
            from tfgraphlint.names.keras_arguments import refused_keywords

            for keyword in refused_keywords(tree, source.filename, source.text, version):
                yield from self._rules().diagnostics(keyword)

    def _version(self, file: Path, source: Source) -> str | None:
        """The TensorFlow that a file is meant for; None for the newest."""
        version = self.tensorflow.get(file) or installed(source.installs) or None
        legacy = sets_legacy_keras(source.text) or self._is_in_keras_2_package(file.parent)
        return with_keras_2(version or "") if legacy else version

    def _is_in_keras_2_package(self, directory: Path) -> bool:
        """Whether a package around a file sets TF_USE_LEGACY_KERAS: it is imported before the file is."""
        if directory not in self._keras_2:
            self._keras_2[directory] = any(sets_legacy_keras(glimpse(init)) for init in packages_around(directory))
        return self._keras_2[directory]

    def _passes(
        self, outline: Outline, tree: ast.Module, source: Source, file: Path, called: frozenset[str]
    ) -> bool:
        """Whether a file is worth interpreting."""
        if mentions_framework(source.text):
            if mentions_root(source.text) and holds_root(tree) or runs_graph_api(tree, source.text):
                return True
            if defines_graph_api(outline, source.text):
                return True
            if outline.suspects() or self._others.complete_symptom(outline, file):
                return True
        outline.tells_by_imports = self._others.runs_root(outline, tree, file, called)
        return outline.tells_by_imports

    def _interpret(
        self, file: Path, source: Source, tree: ast.Module, outline: Outline, version: str | None,
        called: frozenset[str],
    ) -> Examined:  # fmt: skip
        project = self._current_project()
        parsed = project.parsed(file, source) or parsed_tree(source, None if project.trees.whole else tree)
        if isinstance(parsed, UnparsableFile):
            return self._unparsable(file, parsed)
        # libcst, the interpreter and its tables: a clean run does without.
        from libcst import ParserSyntaxError

        project.add(file, parsed)
        try:
            return self._run(project, file, parsed, outline, version, called)
        except (ParserSyntaxError, RuleFailure) as error:
            if project.trees.whole or not isinstance(error.__cause__ or error, ParserSyntaxError):
                raise
            # In the body of a function, here or in an imported module, stands what CPython can parse and libcst cannot:
            # from now on every file is parsed as a whole, so that it is known before anything runs.
            self._start_project(whole=True)
            return self._interpret(file, source, tree, outline, version, called)

    def _run(
        self, project: Project, file: Path, parsed: Tree, outline: Outline, version: str | None, called: frozenset[str]
    ) -> Examined:
        from tfgraphlint.facts.limits import ReadInPart
        from tfgraphlint.interpret import interpret
        from tfgraphlint.libraries.tables import meant_for
        from tfgraphlint.names.guarded_facts import unguarded

        with meant_for(version):
            facts = list(unguarded(interpret(project, parsed, outline, str(file), called, self.ports)))
            found = tuple(diagnostic for fact in facts for diagnostic in self._rules().diagnostics(fact))
        unread = [fact for fact in facts if isinstance(fact, ReadInPart)]
        in_part = tuple(dict.fromkeys((fact.row, fact.name) for fact in unread))
        imports = (*project.fresh(), *self._others.finder.fresh())
        around = frozenset({Around.TEXTS} if project.looked_around else ())
        return Examined(file, found, True, project.reached(file) - {file}, imports, in_part=in_part, around=around)

    def _unparsable(self, file: Path, event: UnparsableFile) -> Examined:
        return Examined(file, tuple(self._rules().diagnostics(event)), True)

    def _rules(self) -> Registry:
        if self.registry is None:
            self.registry = load(self.plugins, self.roots)
        return self.registry

    def _current_project(self) -> Project:
        full = self.trees is not None and self.trees.are_many
        if self._project is None or full or self._linted == FILES_PER_PROJECT:
            self._start_project()
            self._linted = 0
        self._linted += 1
        assert self._project is not None
        return self._project

    def _start_project(self, whole: bool = False) -> None:
        from tfgraphlint.project.modules import Trees  # imports libcst: a clean run does without

        if self.trees is None or whole:
            self.trees = Trees(whole)
        self.trees.begin_anew()
        if self._project is not None:
            self._project.end()
            self._ended += 1
            if self._ended % PROJECTS_PER_SEARCH == 0:
                gc.collect()
        self._project = _open_project(self, self.trees)


def say_once(
    found: tuple[Diagnostic, ...], assumed: Mapping[str, str], tree: ast.Module, source: Source
) -> tuple[Diagnostic, ...]:
    """``found``, with a step in the first report that says what names were taken for that nothing binds."""
    if not found or not assumed:
        return found
    lines = rows_of(source.text)
    uses = {name: use for name in assumed if (use := first_use(tree, name)) is not None}
    steps = tuple(
        Step(Role.SOURCE, _say_taken(name, assumed[name]), span_of_node(use, source.filename, lines))
        for name, use in uses.items()
    )
    first = min(range(len(found)), key=lambda index: found[index].key)
    return tuple(
        replace(each, path=(*steps, *each.path)) if index == first else each for index, each in enumerate(found)
    )


def _say_taken(name: str, module: str) -> str:
    said = f"nothing in this file imports `{name}`"
    return said if name == module else f"{said}: taken for `{module}`"


def parsed_tree(source: Source, parsed: ast.Module | None = None) -> Tree | UnparsableFile:
    """libcst's tree of a text that has passed the guard; late bodies where CPython's tree is given."""
    import libcst  # a clean run does without

    from tfgraphlint.syntax.tree import Tree

    try:
        return Tree(source.filename, source.text, parsed=parsed)
    except libcst.ParserSyntaxError as error:
        place = Position(max(error.raw_line, 1), max(error.raw_column + 1, 1))
        message = f"libcst cannot parse this, though Python can: {error.message}"
        return UnparsableFile(Span(source.filename, place, place), message)
    except RecursionError:
        place = Position(1, 1)
        return UnparsableFile(Span(source.filename, place, place), "too deeply nested to be linted")


def _open_project(examiner: Examiner, trees: Trees) -> Project:
    """A project that sees edited files as they would be."""
    from tfgraphlint.project.modules import Project  # imports libcst: a clean run does without

    project = Project(examiner.roots, trees, examiner.working_directory, examiner._all_files)
    for path, source in examiner.overlay.items():
        if not isinstance(parse(source.text, source.filename), UnparsableFile):
            tree = parsed_tree(source)
            if not isinstance(tree, UnparsableFile):
                project.add(path, tree)
    return project


def _internal(file: Path, filename: str, error: BaseException, who: str = "") -> Examined:
    import traceback  # most runs have no internal error

    said = " ".join(str(error).split())
    line = f"{filename}: not linted, internal error: {who}{type(error).__name__}: {said}"
    return Examined(file, error=one_line(line.rstrip(": ")), details="".join(traceback.format_exception(error)))


def _united(file: Path, results: Sequence[Examined]) -> Examined:
    """What came of a file that holds several programs, or none."""
    return Examined(
        file,
        tuple(dict.fromkeys(diagnostic for result in results for diagnostic in result.diagnostics)),
        any(result.passed_screen for result in results),
        frozenset().union(*(result.consulted for result in results)),
        tuple(each for result in results for each in result.imports),
        around=frozenset().union(*(result.around for result in results)),
    )


def affected(results: Iterable[Examined], changed: Iterable[Path]) -> list[Path]:
    """The files whose reports can change when the files in ``changed`` do."""
    changed = set(changed)
    return [result.file for result in results if result.file in changed or result.consulted & changed]
