//! Distributions of single parameters. Whether bounds make sense is for the space to say; here every part is given
//! where it means something, and nowhere else.

use tunewright_core::Refusal;
use tunewright_core::space::Distribution;

use super::field::refuse;
use crate::v1::{Gaussian, IntRange, RealRange, space_parameter::Distribution as Wire};

impl TryFrom<Wire> for Distribution {
    type Error = Refusal;

    fn try_from(wire: Wire) -> Result<Self, Refusal> {
        Ok(match wire {
            Wire::Uniform(range) => {
                let RealRange { low, high, .. } = plain_range("uniform", range)?;
                Self::Uniform { low, high }
            }
            Wire::Quniform(range) => {
                let RealRange { low, high, step, .. } = linear_range("quniform", range)?;
                Self::QUniform { low, high, q: step }
            }
            Wire::Loguniform(range) => {
                let RealRange { low, high, .. } = plain_range("loguniform", range)?;
                Self::LogUniform { low, high }
            }
            Wire::Qloguniform(range) => {
                let RealRange { low, high, step, .. } = linear_range("qloguniform", range)?;
                Self::QLogUniform { low, high, q: step }
            }
            Wire::Normal(law) => {
                let Gaussian { mu, sigma, .. } = plain_gaussian("normal", law)?;
                Self::Normal { mu, sigma }
            }
            Wire::Qnormal(Gaussian { mu, sigma, step }) => Self::QNormal { mu, sigma, q: step },
            Wire::Lognormal(law) => {
                let Gaussian { mu, sigma, .. } = plain_gaussian("lognormal", law)?;
                Self::LogNormal { mu, sigma }
            }
            Wire::Qlognormal(Gaussian { mu, sigma, step }) => Self::QLogNormal { mu, sigma, q: step },
            Wire::Uniformint(range) => {
                let IntRange { low, high, .. } = plain_int("uniformint", range)?;
                Self::UniformInt { low, high }
            }
            Wire::Randint(range) => {
                let IntRange { low, high, .. } = plain_int("randint", range)?;
                Self::RandInt { low, high }
            }
            Wire::Int(IntRange { low, high, step, log }) => {
                Self::Int { low, high, step: if step == 0 { 1 } else { step }, log }
            }
            Wire::Float(RealRange { low, high, step, log }) => {
                // An explicit comparison: a NaN step is given, and refused by the space.
                Self::Float { low, high, step: if step == 0.0 { None } else { Some(step) }, log }
            }
        })
    }
}

impl TryFrom<&Distribution> for Wire {
    type Error = Refusal;

    fn try_from(distribution: &Distribution) -> Result<Self, Refusal> {
        let real = |low, high, step| RealRange { low, high, step, log: false };
        let int = |low, high| IntRange { low, high, step: 0, log: false };
        Ok(match *distribution {
            Distribution::Uniform { low, high } => Self::Uniform(real(low, high, 0.0)),
            Distribution::QUniform { low, high, q } => Self::Quniform(real(low, high, q)),
            Distribution::LogUniform { low, high } => Self::Loguniform(real(low, high, 0.0)),
            Distribution::QLogUniform { low, high, q } => Self::Qloguniform(real(low, high, q)),
            Distribution::Normal { mu, sigma } => Self::Normal(Gaussian { mu, sigma, step: 0.0 }),
            Distribution::QNormal { mu, sigma, q } => Self::Qnormal(Gaussian { mu, sigma, step: q }),
            Distribution::LogNormal { mu, sigma } => Self::Lognormal(Gaussian { mu, sigma, step: 0.0 }),
            Distribution::QLogNormal { mu, sigma, q } => Self::Qlognormal(Gaussian { mu, sigma, step: q }),
            Distribution::UniformInt { low, high } => Self::Uniformint(int(low, high)),
            Distribution::RandInt { low, high } => Self::Randint(int(low, high)),
            Distribution::Int { low, high, step, log } => Self::Int(IntRange { low, high, step, log }),
            Distribution::Float { low, high, step, log } => {
                Self::Float(RealRange { low, high, step: step.unwrap_or(0.0), log })
            }
            Distribution::Choice { .. } | Distribution::PChoice { .. } => {
                return Err(refuse("a choice must be written as a choice, not as a parameter"));
            }
        })
    }
}

fn no_step(kind: &str, given: bool) -> Result<(), Refusal> {
    if given { Err(refuse(format!("`{kind}` takes no step"))) } else { Ok(()) }
}

fn no_log(kind: &str, log: bool) -> Result<(), Refusal> {
    if log {
        return Err(refuse(format!("`{kind}` takes no log")).with_hint("`int` and `float` take it"));
    }
    Ok(())
}

fn linear_range(kind: &str, range: RealRange) -> Result<RealRange, Refusal> {
    no_log(kind, range.log)?;
    Ok(range)
}

fn plain_range(kind: &str, range: RealRange) -> Result<RealRange, Refusal> {
    no_step(kind, range.step != 0.0)?;
    linear_range(kind, range)
}

fn plain_gaussian(kind: &str, law: Gaussian) -> Result<Gaussian, Refusal> {
    no_step(kind, law.step != 0.0)?;
    Ok(law)
}

fn plain_int(kind: &str, range: IntRange) -> Result<IntRange, Refusal> {
    no_step(kind, range.step != 0)?;
    no_log(kind, range.log)?;
    Ok(range)
}
