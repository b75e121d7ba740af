//! The standard normal distribution: density, masses and quantiles.
//!
//! Built on `libm`, the same Rust code on every platform, where the system's `exp` and `ln` differ in last digits
//! between C libraries.

use std::f64::consts::FRAC_1_SQRT_2;

/// 1 / sqrt(2 pi).
pub const DENSITY_AT_ZERO: f64 = 0.398_942_280_401_432_7;

/// The probability of a value below `t`.
#[must_use]
pub fn cdf(t: f64) -> f64 {
    0.5 * libm::erfc(-t * FRAC_1_SQRT_2)
}

/// The density at `t`.
#[must_use]
pub fn density(t: f64) -> f64 {
    DENSITY_AT_ZERO * libm::exp(-0.5 * t * t)
}

/// The probability of a value between `a` and `b`, zero if not `a < b`. Keeps its digits in both tails, where a
/// difference of two values of [`cdf`] near 1 would lose them.
#[must_use]
pub fn mass(a: f64, b: f64) -> f64 {
    if a >= b {
        return 0.0;
    }
    let beyond = |t: f64| 0.5 * libm::erfc(t * FRAC_1_SQRT_2);
    if a >= 0.0 {
        beyond(a) - beyond(b)
    } else if b <= 0.0 {
        beyond(-b) - beyond(-a)
    } else {
        1.0 - beyond(b) - beyond(-a)
    }
}

/// The value below which the probability is `p`; infinite at 0 and 1.
///
/// Source: M. J. Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics
/// 37(3), 1988, PPND16; about 16 digits.
#[must_use]
pub fn quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * ratio(r, &CENTRE);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    if tail <= 0.0 {
        return f64::INFINITY.copysign(q);
    }
    let r = libm::sqrt(-libm::log(tail));
    let size = if r <= 5.0 { ratio(r - 1.6, &MIDDLE) } else { ratio(r - 5.0, &FAR) };
    size.copysign(q)
}

fn ratio(r: f64, coefficients: &[[f64; 8]; 2]) -> f64 {
    let [above, below] = coefficients.map(|of| of.into_iter().rev().fold(0.0, |sum, c| sum * r + c));
    above / below
}

const CENTRE: [[f64; 8]; 2] = [
    [
        3.387_132_872_796_366_5,
        1.331_416_678_917_843_8e2,
        1.971_590_950_306_551_3e3,
        1.373_169_376_550_946e4,
        4.592_195_393_154_987e4,
        6.726_577_092_700_87e4,
        3.343_057_558_358_813e4,
        2.509_080_928_730_122_7e3,
    ],
    [
        1.0,
        4.231_333_070_160_091e1,
        6.871_870_074_920_579e2,
        5.394_196_021_424_751e3,
        2.121_379_430_158_66e4,
        3.930_789_580_009_271e4,
        2.872_908_573_572_194_3e4,
        5.226_495_278_852_854e3,
    ],
];

const MIDDLE: [[f64; 8]; 2] = [
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        2.417_807_251_774_506e-1,
        2.272_384_498_926_918_4e-2,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        6.897_673_349_851e-1,
        1.481_039_764_274_800_8e-1,
        1.519_866_656_361_645_7e-2,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
];

const FAR: [[f64; 8]; 2] = [
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        2.965_605_718_285_048_7e-1,
        2.653_218_952_657_612_4e-2,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        5.998_322_065_558_88e-1,
        1.369_298_809_227_358e-1,
        1.487_536_129_085_061_5e-2,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> impl Iterator<Item = f64> {
        (-80..=80).map(|i| f64::from(i) * 0.1)
    }

    #[test]
    fn cdf_and_quantile_have_the_digits_of_scipy() {
        for (t, p) in [
            (-8.0, 6.220_960_574_271_74e-16),
            (-5.0, 2.866_515_718_791_933e-7),
            (-2.5, 0.006_209_665_325_776_132),
            (-1.0, 0.158_655_253_931_457_07),
            (-0.3, 0.382_088_577_811_047_4),
            (0.0, 0.5),
            (1.7, 0.955_434_537_241_457),
            (3.2, 0.999_312_862_062_084_1),
        ] {
            assert!((cdf(t) / p - 1.0).abs() < 1e-13, "cdf({t}) = {}", cdf(t));
        }
        for (p, t) in [
            (1e-300, -37.047_096_299_361_2),
            (1e-20, -9.262_340_089_798_409),
            (1e-5, -4.264_890_793_922_825),
            (0.02, -2.053_748_910_631_823),
            (0.3, -0.524_400_512_708_040_9),
            (0.9, 1.281_551_565_544_600_4),
            (0.999_999, 4.753_424_308_817_087),
        ] {
            assert!((quantile(p) / t - 1.0).abs() < 1e-14, "quantile({p}) = {}", quantile(p));
        }
    }

    #[test]
    fn density_is_the_slope_of_the_cdf() {
        for t in grid() {
            let h = 1e-4;
            let slope = mass(t - h, t + h) / (2.0 * h);
            // The next term of the expansion: h^2/6 (t^2 - 1), and the rounding of erfc.
            assert!((slope / density(t) - 1.0).abs() < 2e-9 * t.abs().max(1.0).powi(2) + 1e-10, "{t}");
        }
    }

    #[test]
    fn quantile_inverts_cdf_through_all_three_ranges() {
        for t in grid().filter(|t| *t <= 0.0) {
            assert!((quantile(cdf(t)) - t).abs() < 1e-13 * t.abs().max(1.0), "{t}: {}", quantile(cdf(t)));
        }
        for p in [0.5, 0.6, 0.9, 0.99, 0.999_999] {
            assert!((cdf(quantile(p)) - p).abs() < 1e-15, "{p}");
            assert!((quantile(p) + quantile(1.0 - p)).abs() < 1e-9, "{p}");
        }
        assert_eq!(quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(quantile(1.0), f64::INFINITY);
    }

    #[test]
    fn masses_add_up_and_keep_their_digits_in_the_tails() {
        for (a, b) in [(-1.0, 2.0), (0.0, 0.5), (-3.0, -2.5), (-0.1, 0.1)] {
            assert!((mass(a, b) - (cdf(b) - cdf(a))).abs() < 1e-15);
            assert!((mass(a, b) - mass(-b, -a)).abs() < 1e-15);
        }
        // Close to the density times the width where the cdf is 1 to all digits.
        let (a, b) = (10.0, 10.001);
        assert!((mass(a, b) / (density(10.0005) * (b - a)) - 1.0).abs() < 1e-4);
        assert_eq!(mass(f64::NEG_INFINITY, f64::INFINITY), 1.0);
        assert_eq!(mass(1.0, 1.0), 0.0);
    }
}
