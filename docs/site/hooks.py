"""What is made while the site is built: pages from the repository, from rules, settings and tables, and the navigation.

Nothing of it is kept: a page shows what the code says on the day on which the site is built.
"""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from sitepages import gradients, navigation, repository, rules, settings
from sitepages.markdown import with_four_spaces

ROOT = Path(__file__).resolve().parents[2]
# What a page asks for with a comment: <!-- made with the site: settings -->
MADE = {
    "settings": settings.reference,
    "limits": rules.limits,
    "differentiable": gradients.place,
    "at run time": lambda: rules.at_run_time(ROOT),
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made, and put all of them into the navigation."""
    for path, text in {**repository.pages(ROOT), **rules.pages(ROOT)}.items():
        files.append(File.generated(config, path, content=text))
    config.nav = navigation.tree([file.src_uri for file in files.documentation_pages()])
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """What is made for a page is put where it says so; links and lists are as they have to be here."""
    for name, make in MADE.items():
        mark = f"<!-- made with the site: {name} -->"
        if mark in markdown:
            markdown = markdown.replace(mark, make())
    there = {file.src_uri for file in files.documentation_pages()}
    return with_four_spaces(repository.with_links_of_the_site(markdown, page.file.src_uri, there, ROOT))


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The long table is put in as HTML: Markdown would take seconds for it."""
    return gradients.with_table(html) if gradients.PLACE in html else html
