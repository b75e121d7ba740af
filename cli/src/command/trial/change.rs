//! `tunewright trial cancel|retry`.

use serde_json::json;

use super::Numbered;
use crate::command::study::open;
use crate::context::Context;

pub async fn cancel(args: Numbered, context: &Context) -> anyhow::Result<()> {
    let number = args.number();
    let study = open(context, args.study).await?;
    study.cancel(number).await?;
    if context.json {
        return context.print_json(&json!({"cancelled": number}));
    }
    context.print(&format!("cancelled trial {number} of {}\n", study.study_ref()))
}

pub async fn retry(args: Numbered, context: &Context) -> anyhow::Result<()> {
    let number = args.number();
    let study = open(context, args.study).await?;
    let new = study.retry(number).await?;
    if context.json {
        return context.print_json(&json!({"number": new, "retry_of": number}));
    }
    context.print(&format!("enqueued trial {new} of {}: trial {number} once more\n", study.study_ref()))
}
