//! Whether the other side has said anything that could be the beginning of a request.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// As long as the preface of HTTP/2. Until so much has come, no deadline of the protocols themselves runs.
const ENOUGH: usize = 24;

/// A connection that counts what comes.
#[derive(Debug)]
pub(super) struct Heard<IO> {
    io: IO,
    count: Arc<AtomicUsize>,
}

/// What has come on a connection.
#[derive(Clone, Debug)]
pub(super) struct Count(Arc<AtomicUsize>);

impl<IO> Heard<IO> {
    pub(super) fn new(io: IO) -> (Self, Count) {
        let count = Arc::new(AtomicUsize::new(0));
        (Self { io, count: Arc::clone(&count) }, Count(count))
    }
}

impl Count {
    pub(super) fn is_enough(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= ENOUGH
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for Heard<IO> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.io).poll_read(context, buffer);
        let came = buffer.filled().len() - before;
        if came > 0 && self.count.load(Ordering::Relaxed) < ENOUGH {
            self.count.fetch_add(came, Ordering::Relaxed);
        }
        polled
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for Heard<IO> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}
