package dev.weir.control.statistics;

/**
 * Takes out of each user's outcome what the user's past explains: {@code Y - theta (X - mean X)} with {@code theta = cov(X,Y)/var(X)}. The
 * difference between arms stays what it is, as X is from before the assignment; its variance falls by {@code 1 - correlation^2}.
 *
 * <p>Deng, Xu, Kohavi and Walker, "Improving the sensitivity of online controlled experiments by utilizing pre-experiment data", WSDM 2013
 * (CUPED).
 */
public record CovariateAdjustment(double theta, double covariateMean) {

    /** Learned from the users of all arms together, so that no arm is adjusted otherwise than another. */
    public static CovariateAdjustment learned(double[] covariates, double[] outcomes) {
        if (covariates.length != outcomes.length || covariates.length < 2) {
            throw new IllegalArgumentException("a covariate for each outcome is needed, and two users at least: "
                    + covariates.length + " covariates, " + outcomes.length + " outcomes");
        }
        double covariateMean = mean(covariates);
        double outcomeMean = mean(outcomes);
        double covariance = 0;
        double variance = 0;
        for (int i = 0; i < covariates.length; i++) {
            covariance += (covariates[i] - covariateMean) * (outcomes[i] - outcomeMean);
            variance += (covariates[i] - covariateMean) * (covariates[i] - covariateMean);
        }
        return new CovariateAdjustment(variance == 0 ? 0 : covariance / variance, covariateMean);
    }

    public double adjusted(double outcome, double covariate) {
        return outcome - theta * (covariate - covariateMean);
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
