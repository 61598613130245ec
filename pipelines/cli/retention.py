"""`partnerstats retention`: periods carried out, and the proof of it. Each command has a module of its own."""

import typer

from pipelines.cli import retention_audit, retention_plan, retention_register, retention_verify

app = typer.Typer(help="What was destroyed, and the proof of it.", no_args_is_help=True)
app.add_typer(retention_register.app, name="register")
app.command("audit")(retention_audit.audit_command)
app.command("plan")(retention_plan.plan_command)
app.command("execute")(retention_plan.execute_command)
app.command("verify")(retention_verify.verify_command)


@app.callback()
def retention() -> None:
    """Retention: what has outlived its period is destroyed so that nobody can bring it back, with proof."""
