//! Plain HTTP, just enough of it.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The status and the body of a GET, with a token if there is one.
pub async fn get_with(url: &str, path: &str, token: Option<&str>) -> (u16, String) {
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    get_saying(url, path, &token).await
}

/// The status and the body of a GET with these lines in its head.
pub async fn get_saying(url: &str, path: &str, lines: &str) -> (u16, String) {
    let address = url.trim_start_matches("http://");
    let host = if lines.to_ascii_lowercase().contains("host:") {
        String::new()
    } else {
        format!("Host: {address}\r\n")
    };
    let mut stream = TcpStream::connect(address).await.expect("connected");
    let request = format!("GET {path} HTTP/1.1\r\n{host}{lines}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, body.to_owned())
}

/// The status line and the body of a GET.
pub async fn get(url: &str, path: &str) -> (u16, String) {
    get_saying(url, path, "").await
}
