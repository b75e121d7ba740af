//! One report as a file: a line of JSON that says what it is, and the request as it goes over the wire.

use std::io;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::report::FinalReport;

const FORMAT: &str = "tunewright-report";
const VERSION: u32 = 1;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    format: String,
    version: u32,
    /// The servers that may have it, as `host:port`.
    servers: Vec<String>,
    /// The method of `tunewright.v1.TrialService` that takes the request.
    method: String,
    /// Of the request, in hexadecimal digits.
    sha256: String,
}

pub(super) fn written(report: &FinalReport, servers: &[String]) -> io::Result<Vec<u8>> {
    let request = report.encoded();
    let header = Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        servers: servers.to_vec(),
        method: report.method().to_owned(),
        sha256: digest(&request),
    };
    let mut text = serde_json::to_vec(&header)?;
    text.push(b'\n');
    text.extend(request);
    Ok(text)
}

/// The report in a file, and the servers that may have it; or what is wrong with it.
pub(super) fn read(text: &[u8]) -> Result<(FinalReport, Vec<String>), String> {
    let end = text.iter().position(|byte| *byte == b'\n').ok_or("it has no first line")?;
    let header: Header = serde_json::from_slice(&text[..end]).map_err(|error| error.to_string())?;
    if (header.format.as_str(), header.version) != (FORMAT, VERSION) {
        return Err(format!("its format is `{} {}`", header.format, header.version));
    }
    let request = &text[end + 1..];
    if digest(request) != header.sha256 {
        return Err("its digest is another".to_owned());
    }
    FinalReport::decode(&header.method, request).map(|report| (report, header.servers))
}

fn digest(request: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(request).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
