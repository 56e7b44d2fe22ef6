"""The table of functions: what each does to the gradient of each of its parameters."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

from tfgraphlint.libraries.derive import batches
from tfgraphlint.libraries.derive.naming import Naming, preference
from tfgraphlint.libraries.derive.writing import write

# Never called: they change global state, reach for the network or the disk, start servers or wait.
_SKIPPED = re.compile(
    r"""
    \.(config|gfile|saved_model|profiler|distribute|distribution|tpu|summary|app|dtensor|lite|mlir|datasets|estimator
       |autograph|test|sysconfig|resource_loader|feature_column|visualization|flags|export|dtype_policies)\.
    | applications\.(?!.*(preprocess_input|decode_predictions))
    | tensorflow\.(load_|register_|import_graph_def|group|no_gradient|init_scope)
    | \.(set_(?!diag)|enable_|disable_|register_|experimental_enable|load_|save|write_|delete|launch|main$|exit$)
    | \.(get_file|clear_session|plot_model|model_to_dot|audio_dataset|image_dataset|text_dataset|timeseries_dataset)
    | \.(manual_variable_initialization|start_queue_runners|wait_|run_functions|experimental_functions_run_eagerly)
    | \.(print|timestamp|matching_files|load|pack_x_y|getLogger|get_logger|exec|input_fn|FunctionLibrary)$
    | _from_directory$ | _from_file$ | data\.experimental\.service | \.debugging\.(experimental|check_traces)
    """,
    re.VERBOSE,
)


def derive(naming: Naming, only: list[str] | None = None) -> dict[str, Any]:
    """Record by canonical name, for all TensorFlow and Keras functions (or ``only`` some)."""
    functions = {name: f for name, f in naming.functions().items() if not name.startswith("numpy.")}
    wanted = [name for name in functions if only is None or name in only]
    tried = sorted((name for name in wanted if is_tried(name)), key=preference)
    records = batches.run(tried)
    for name in wanted:
        if ".raw_ops." in name:
            continue  # fourteen hundred signatures that no table needs
        if name not in records:
            records[name] = {**signature(functions[name]), "untried": "not called: changes or reaches outside"}
        elif not records[name].get("params"):
            records[name].update(signature(functions[name]))
    return dict(sorted(records.items()))


def renew(path: Path, head: dict[str, Any], naming: Naming, prefixes: tuple[str, ...]) -> None:
    """Derives the functions whose canonical names begin with one of ``prefixes`` anew, in the table at ``path``."""
    kept = json.loads(path.read_text())["functions"]
    kept.update(derive(naming, [name for name in naming.functions() if name.startswith(prefixes)]))
    write(path, head, {"functions": dict(sorted(kept.items()))})


def is_tried(name: str) -> bool:
    return ".raw_ops." not in name and not _SKIPPED.search(name)


def signature(function: Any) -> dict[str, Any]:
    """Parameter names in order and how many of them are required."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return {"params": []}
    ordinary = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    record: dict[str, Any] = {"params": [p.name for p in ordinary]}
    keywords = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
    if keywords:
        record["keywords"] = keywords
    star = [p.name for p in parameters if p.kind is p.VAR_POSITIONAL]
    if star:
        record["star"] = star[0]
    record["required"] = sum(1 for p in ordinary if p.default is p.empty)
    return record
