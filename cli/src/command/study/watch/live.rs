//! The study on a screen of its own.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::bail;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tunewright::{Study, StudyInfo, Timestamp, Watch};

use super::board::Board;
use super::news::{Asking, News};
use super::render::{Moment, render};
use crate::screen::{Key, Screen};
use crate::signals::Signals;

/// Between two pictures.
const REFRESH: Duration = Duration::from_millis(200);

/// Why the screen was left.
#[derive(Debug)]
pub enum End {
    /// The study has ended.
    Ended,
    /// A person has seen enough; the study as it was then.
    Left(Box<StudyInfo>),
    /// Ctrl-C, or a signal.
    Interrupted,
}

/// The screen, and what is on it.
#[derive(Debug)]
pub struct Live {
    screen: Screen,
    signals: Signals,
    events: Watch,
    asking: Asking,
    board: Board,
    began: Instant,
}

impl Live {
    /// Takes the terminal for it.
    ///
    /// # Errors
    /// When there is none.
    pub fn start(study: &Study, info: StudyInfo) -> anyhow::Result<Self> {
        Ok(Self {
            signals: Signals::listen()?,
            events: study.watch(),
            asking: Asking::start(study),
            board: Board::new(info),
            began: Instant::now(),
            screen: Screen::enter()?,
        })
    }

    /// Shows the study until it ends or a person leaves; the terminal is then as it was before.
    ///
    /// # Errors
    /// When the study is gone, when the server refuses, when the terminal is gone.
    pub async fn follow(mut self) -> anyhow::Result<End> {
        let mut pictures = interval(REFRESH);
        pictures.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                event = self.events.next() => match event {
                    Some(event) => if self.board.hear(event?) {
                        self.asking.catch_up();
                    },
                    None => bail!("the study can no longer be followed"),
                },
                news = self.asking.next() => self.take_in(news)?,
                key = self.screen.key() => return Ok(match key {
                    Key::Leave => End::Left(Box::new(self.board.info)),
                    Key::Interrupt => End::Interrupted,
                }),
                () = self.signals.drain.cancelled() => return Ok(End::Interrupted),
                _ = pictures.tick() => self.draw()?,
            }
            if self.board.info.status.is_terminal() {
                return Ok(End::Ended);
            }
        }
    }

    fn take_in(&mut self, news: News) -> anyhow::Result<()> {
        let at = self.began.elapsed();
        match news {
            News::Look(look) => {
                if self.board.away_since.is_some() {
                    self.asking.catch_up();
                }
                self.board.look(*look, at);
            }
            News::Away => self.board.miss(at),
            News::Past(past) => {
                for (number, loss, reason) in past {
                    self.board.add_past(number, loss, reason);
                }
            }
            News::Refused(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn draw(&mut self) -> anyhow::Result<()> {
        let newest = self.board.newest_failure().map(|(number, _)| number);
        if let Some(number) = newest.filter(|_| newest != self.board.message.as_ref().map(|(of, _)| *of)) {
            self.asking.want_failure(number);
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = Timestamp(u64::try_from(now.as_millis()).unwrap_or(u64::MAX));
        let size = Screen::size();
        let lines = render(&self.board, Moment { now, uptime: self.began.elapsed() }, size);
        let colours = Screen::has_colours();
        let lines = lines.into_iter().map(|line| line.show(size.columns, colours)).collect();
        self.screen.draw(size, lines)
    }
}
