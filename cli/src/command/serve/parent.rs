//! A server that is somebody's child ends with its parent: the pipe to its standard input closes however the parent
//! ends, also by `kill -9`, when nobody is left to send a signal.

use std::io;
use std::thread;

use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// Cancels `drain` once standard input has ended. What comes before its end is read and ignored.
///
/// # Errors
/// When no thread can be started.
pub fn end_with_stdin(drain: CancellationToken) -> io::Result<()> {
    // A thread of its own: a read cannot be cancelled, and the process has to be able to end without it.
    thread::Builder::new().name("stdin".to_owned()).spawn(move || {
        match wait_for_end(io::stdin().lock()) {
            Ok(()) => info!("standard input has ended"),
            Err(error) => warn!(%error, "standard input cannot be read, which counts as its end"),
        }
        drain.cancel();
    })?;
    Ok(())
}

fn wait_for_end(mut input: impl io::Read) -> io::Result<()> {
    let mut ignored = [0; 1024];
    loop {
        match input.read(&mut ignored) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn only_the_end_of_the_input_counts() {
        let said = io::Cursor::new(vec![0; 5_000]).chain(io::Cursor::new(b"more".to_vec()));
        assert!(wait_for_end(said).is_ok());
    }

    #[test]
    fn an_error_is_told() {
        struct Broken;
        impl io::Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        assert!(wait_for_end(Broken).is_err());
    }
}
