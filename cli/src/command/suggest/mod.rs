//! `tunewright suggest`: points over standard input and output, one JSON message a line.

mod neutral;
mod session;
#[cfg(test)]
mod tests;

use std::io::{BufRead, Write};

use clap::Args;
use serde_json::{Value, json};
use session::Session;
use tunewright_core::suggest::Algorithm;

/// Propose points to a program that drives the search itself
///
/// Reads JSON messages from standard input, one a line, and writes answers to standard output:
/// `{"space": [...], "seed": 1}` once, then `{"ask": 2}`, answered with `{"points": [{...}, {...}]}`, and
/// `{"tell": [{"point": {...}, "value": 0.25}]}`, which has no answer. A value of null is a failed trial. Told
/// values are minimised and may come in any order; points that were asked for and not told yet are pending.
/// Whatever cannot be done is answered with `{"error": "..."}`, and the program ends.
#[derive(Debug, Args)]
pub struct SuggestArgs {
    /// Speak over standard input and output
    #[arg(long, required = true)]
    pub stdio: bool,
    /// The algorithm: auto, gp, tpe, cmaes, qmc, grid, anneal or random, or with settings `{name: tpe, n_startup: 20}`
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = read_algorithm)]
    pub algorithm: Algorithm,
}

/// Serves one search until standard input ends.
///
/// # Errors
/// What the other side asked and cannot have, after it was told so; or a broken pipe.
pub fn run(args: SuggestArgs) -> anyhow::Result<()> {
    serve(&args.algorithm, std::io::stdin().lock(), std::io::stdout().lock())
}

fn read_algorithm(text: &str) -> Result<Algorithm, String> {
    let algorithm: Algorithm = serde_saphyr::from_str_with_options(text, crate::yaml::options())
        .map_err(|error| error.to_string())?;
    algorithm.validate().map_err(|refusal| refusal.to_string())?;
    if algorithm == Algorithm::External {
        return Err("algorithm: must propose points, which `external` does not".to_owned());
    }
    Ok(algorithm)
}

fn serve(algorithm: &Algorithm, mut input: impl BufRead, mut output: impl Write) -> anyhow::Result<()> {
    let mut session = None;
    let mut line = String::new();
    while input.read_line(&mut line)? > 0 {
        let answer = match &mut session {
            _ if line.trim().is_empty() => Ok(None),
            None => Session::open(algorithm, &line).map(|opened| {
                session = Some(opened);
                None
            }),
            Some(session) => session.answer(&line),
        };
        match answer {
            Ok(None) => {}
            Ok(Some(answer)) => write_line(&mut output, &answer)?,
            Err(refusal) => {
                write_line(&mut output, &json!({"error": refusal.to_string()}))?;
                return Err(refusal.into());
            }
        }
        line.clear();
    }
    Ok(())
}

fn write_line(output: &mut impl Write, message: &Value) -> std::io::Result<()> {
    writeln!(output, "{message}")?;
    output.flush()
}
