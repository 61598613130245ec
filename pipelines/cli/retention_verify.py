"""`partnerstats retention verify`: the byte proof, from the terminal."""

from typing import Annotated

import typer

from pipelines.cli.options import ClockOption, HomeOption, JsonOption, settings_from
from pipelines.cli.output import console, print_json, print_table, progress_bar
from pipelines.steps.retention.verifying import ByteProof, verify
from pipelines.steps.workspace import Workspace

AllOption = Annotated[
    bool, typer.Option("--all", help="Read everything, not only what changed since it was last read.")
]


def verify_command(
    everything: AllOption = False, home: HomeOption = None, clock: ClockOption = None, as_json: JsonOption = False
) -> None:
    """Read every byte of the home and the keys, decoded in every form, for what was destroyed. Exits 1 if any of it is found.

    A positive control must be found in every run, or the scan shows nothing and the command fails too.
    """
    workspace = Workspace.open(settings_from(home, clock))
    with workspace.home.lock(), progress_bar(is_shown=not as_json) as progress:
        proof = verify(workspace, "everything" if everything else "changed", progress=progress)
    if as_json:
        print_json(proof.to_body())
    else:
        _print(proof)
    if not proof.has_passed:
        raise typer.Exit(1)


def _print(proof: ByteProof) -> None:
    print_table("What was read", ["layer", "files"], list(proof.layers.items()))
    console().print(
        f"{proof.files:,} files read ({proof.unchanged:,} unchanged since they were), {proof.bytes:,} bytes and "
        f"{proof.lines:,} lines in all forms, in {proof.seconds:,.1f} s"
    )
    console().print(
        f"{proof.controls_found} of {proof.controls} controls found; {proof.probes_found} of {proof.probes:,} digests of "
        f"destroyed lines found ({proof.samples:,} samples)"
    )
    for place, reason in proof.damaged.items():
        console().print(f"damaged, read as far as it goes: {place}: {reason}", markup=False)
    for fault in proof.faults():
        console().print(f"FAILED: {fault}", style="bold red", markup=False)
    if proof.has_passed:
        console().print("Nothing that was destroyed is left.")
