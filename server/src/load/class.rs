//! Kinds of calls, by what it would cost to refuse them.

/// Kinds of calls, by what it would cost to refuse them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Work that was done would be lost, or done twice.
    Result,
    /// Can wait.
    Call,
    /// Can wait, and takes long.
    Upload,
    /// Costs little, and lasts, or is asked just when everything else is refused; what bounds it is the number of
    /// connections and of streams on each.
    Stream,
}

const RESULTS: [&str; 7] = [
    "/tunewright.v1.TrialService/HeartbeatTrials",
    "/tunewright.v1.TrialService/ReportTrial",
    "/tunewright.v1.TrialService/CompleteTrial",
    "/tunewright.v1.TrialService/PruneTrial",
    "/tunewright.v1.TrialService/FailTrial",
    "/tunewright.v1.TrialService/ReleaseTrial",
    "/tunewright.v1.TrialService/AddTrial",
];
const UPLOADS: [&str; 1] = ["/tunewright.v1.AttachmentService/PutAttachment"];
/// Over plain HTTP.
const PAGES: [&str; 2] = ["/metrics", "/api/v1/events"];
const STREAMS: [&str; 2] =
    ["/tunewright.v1.WorkerService/AttachWorker", "/tunewright.v1.StudyService/WatchStudy"];

impl Class {
    pub(super) fn of(path: &str) -> Self {
        if RESULTS.contains(&path) {
            Self::Result
        } else if UPLOADS.contains(&path) {
            Self::Upload
        } else if STREAMS.contains(&path) || path.starts_with("/grpc.") || PAGES.contains(&path) {
            Self::Stream
        } else {
            Self::Call
        }
    }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use prost_types::FileDescriptorSet;

    use super::*;

    /// A call that is renamed or new must not fall into a class by accident.
    #[test]
    fn the_classes_name_calls_that_there_are() {
        let known = FileDescriptorSet::decode(tunewright_proto::FILE_DESCRIPTOR_SET).expect("descriptors");
        let services = known.file.iter().flat_map(|file| file.service.iter().map(move |it| (file, it)));
        let calls: Vec<String> = services
            .flat_map(|(file, service)| {
                let name = format!("/{}.{}/", file.package(), service.name());
                service.method.iter().map(move |method| format!("{name}{}", method.name()))
            })
            .collect();
        for path in RESULTS.iter().chain(&UPLOADS).chain(&STREAMS) {
            assert!(calls.iter().any(|call| call == path), "there is no {path}");
        }
        assert_eq!(Class::of("/tunewright.v1.TrialService/AskTrials"), Class::Call);
        assert_eq!(Class::of("/metrics"), Class::Stream);
        assert_eq!(Class::of("/nowhere"), Class::Call);
        assert_eq!(Class::of("/grpc.health.v1.Health/Watch"), Class::Stream);
    }
}
