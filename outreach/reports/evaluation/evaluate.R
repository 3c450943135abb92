# Counts every figure of the report again from rows.csv, with the survey package (made with R 4.1, survey 4.1-1).
#
#   Rscript evaluate.R [FOLDER]
#
# Reads rows.csv, options.csv, design.csv, margins.csv and, for the list of figures and for the comparison, figures.csv.
# Writes reproduced.csv; ends with status 1 when a figure differs by more than 1e-6.
# Nothing here identifies anybody, and the rows may not be joined to a register or to any other file about persons.

suppressPackageStartupMessages(library(survey))
options(survey.lonely.psu = "fail")

args <- commandArgs(trailingOnly = TRUE)
folder <- if (length(args)) args[1] else "."
table_of <- function(name) {
  read.csv(file.path(folder, name), colClasses = "character", encoding = "UTF-8", check.names = FALSE)
}
rows <- table_of("rows.csv")
options_of <- table_of("options.csv")
design <- table_of("design.csv")
margins <- table_of("margins.csv")
printed <- table_of("figures.csv")
fact <- function(key) design$value[design$key == key]

level <- as.numeric(fact("level"))
simple <- fact("simple") == "1"
headline <- fact("headline")
raked <- unique(margins$column)

asked <- rows[rows$asked == "1", ]
asked$weight <- as.numeric(asked$weight_answered)
asked$unit <- if (fact("clustered") == "1") asked$cluster else as.character(seq_len(nrow(asked)))

# --- the design: strata, villages, finite population, raking to the register ---------------------
sample_design <- NULL
if (!simple) {
  with_fpc <- fact("fpc") == "1"
  if (with_fpc) asked$fpc <- as.numeric(asked$fpc)
  sample_design <- svydesign(
    ids = ~unit, strata = ~stratum, weights = ~weight, fpc = if (with_fpc) ~fpc else NULL,
    data = asked, nest = TRUE
  )
  if (length(raked)) {
    formulas <- lapply(raked, function(column) as.formula(paste0("~", column)))
    totals <- lapply(raked, function(column) {
      some <- margins[margins$column == column, ]
      found <- setNames(data.frame(some$value, as.numeric(some$population)), c(column, "Freq"))
      xtabs(as.formula(paste("Freq ~", column)), found)
    })
    # rake() would regress the residuals without weights; this is raking with those before raking
    sample_design <- calibrate(
      sample_design, formula = formulas, population = totals, calfun = "raking", epsilon = 1e-12, maxit = 500
    )
  }
}

# --- intervals ----------------------------------------------------------------------------------
wilson <- function(p, n, level) {
  z <- qnorm(1 - (1 - level) / 2)
  centre <- (p + z^2 / (2 * n)) / (1 + z^2 / n)
  half <- z / (1 + z^2 / n) * sqrt(p * (1 - p) / n + z^2 / (4 * n^2))
  c(max(0, centre - half), min(1, centre + half))
}
logit_t <- function(p, se, df, level) {
  half <- qt(1 - (1 - level) / 2, df) * se / (p * (1 - p))
  plogis(qlogis(p) + c(-half, half))
}
clopper_pearson <- function(x, n, level) {
  a <- (1 - level) / 2
  c(if (x <= 0) 0 else qbeta(a, x, n - x + 1), if (x >= n) 1 else qbeta(1 - a, x + 1, n - x))
}
limits <- function(e, level) {
  switch(e$method,
    wilson = wilson(e$rate, e$n_eff, level),
    "clopper-pearson" = clopper_pearson(e$rate * e$n_eff, e$n_eff, level),
    logit_t(e$rate, e$se, e$df, level))
}
kish <- function(w) sum(w)^2 / sum(w^2)

# --- one rate: y TRUE/FALSE for everybody asked, `members` the base -------------------------------
estimate <- function(y, members = rep(TRUE, length(y))) {
  y <- as.numeric(y)
  n <- sum(members)
  if (simple) {
    p <- mean(y[members])
    e <- list(rate = p, se = sqrt(p * (1 - p) / n), n = n, n_eff = n, df = n - 1, method = "wilson")
  } else {
    own <- unique(asked[members, c("stratum", "unit")])
    df <- max(nrow(own) - length(unique(own$stratum)), 1)
    w <- weights(sample_design)[members]
    p <- if (length(unique(y[members])) == 1) y[members][1] else sum(w * y[members]) / sum(w)
    spread <- p * (1 - p)
    d <- update(sample_design, y = y, member = members)
    se <- if (spread == 0) 0 else as.numeric(SE(svymean(~y, subset(d, member))))
    if (se^2 > 1e-12 * spread / n) {
      n_eff <- spread / se^2
    } else if (spread == 0) {
      n_eff <- kish(w)
    } else if (fact("everybody") == "1") {
      n_eff <- kish(w)
      se <- 0
    } else {
      n_eff <- min(kish(w), nrow(own))
      se <- sqrt(spread / n_eff)
    }
    e <- list(rate = p, se = se, n = n, n_eff = n_eff, df = df,
              method = if (p %in% c(0, 1)) "clopper-pearson" else "logit")
  }
  bounds <- limits(e, level)
  e$low <- bounds[1]
  e$high <- bounds[2]
  e
}
# --- one town beside the rest: MOVER on the interval of each side, with the correlation that strata, villages and raking give
arm <- function(a, b, r) sqrt(pmax(a^2 - 2 * r * a * b + b^2, 0))
difference <- function(pair, level) {
  a <- limits(pair$here, level)
  b <- limits(pair$rest, level)
  d <- pair$here$rate - pair$rest$rate
  c(d, d - arm(pair$here$rate - a[1], b[2] - pair$rest$rate, pair$r),
    d + arm(a[2] - pair$here$rate, pair$rest$rate - b[1], pair$r))
}
pair_of <- function(y, inside) {
  here <- estimate(y, inside)
  rest <- estimate(y, !inside)
  r <- 0
  if (!simple) {
    d <- update(sample_design, y = as.numeric(y), inside = inside, here = as.numeric(inside))
    one <- as.numeric(SE(svymean(~y, subset(d, inside))))^2
    other <- as.numeric(SE(svymean(~y, subset(d, !inside))))^2
    if (one > 1e-12 * here$se^2 && here$se > 0 && other > 1e-12 * rest$se^2 && rest$se > 0) {
      both <- as.numeric(SE(svyglm(y ~ here, d))[2])^2
      r <- max(-1, min(1, (one + other - both) / (2 * sqrt(one * other))))
    }
  }
  pair <- list(here = here, rest = rest, r = r)
  pair$p <- p_value(pair)
  pair
}
# 1 - the highest level at which the interval leaves out 0, by the normal quantile of the level
p_value <- function(pair) {
  if (pair$here$rate == pair$rest$rate) return(1)
  beyond <- function(z) {
    d <- difference(pair, min(max(2 * pnorm(z) - 1, 1e-12), 1 - 1e-12))
    if (d[1] > 0) d[2] else -d[3]
  }
  low <- 0
  high <- 7.2
  if (beyond(high) >= 0) return(1e-12)
  for (i in 1:100) {
    middle <- (low + high) / 2
    if (beyond(middle) > 0) low <- middle else high <- middle
  }
  max(2 * pnorm(-middle), 1e-12)
}
# the levels that agree with Holm's correction
holm_levels <- function(p) {
  alpha <- 1 - level
  levels <- numeric(length(p))
  rest <- length(p)
  stopped <- FALSE
  for (at in order(p)) {
    levels[at] <- 1 - alpha / rest
    stopped <- stopped || p[at] > alpha / rest
    if (!stopped) rest <- rest - 1
  }
  levels
}

# --- answers ------------------------------------------------------------------------------------
ticked <- function(question) strsplit(asked[[paste0("q_", question)]], " ", fixed = TRUE)
has <- function(question, codes) vapply(ticked(question), function(x) any(x %in% codes), logical(1))
codes_with <- function(question, mark) {
  options_of$option[options_of$question == question & options_of[[mark]] == "1"]
}
counts <- function(question) has(question, codes_with(question, "counts"))
came_to <- function(question) asked$completed == "1" | asked[[paste0("q_", question)]] != ""
decided <- function(question) lengths(ticked(question)) > 0 & !has(question, codes_with(question, "no_opinion"))
knowledge <- unique(options_of$question[options_of$kind == "knowledge"])

figure_of <- function(f) {
  switch(f$figure,
    headline = estimate(counts(f$question)),
    decided = estimate(counts(f$question), decided(f$question)),
    heard = estimate(has(f$question, codes_with(f$question, "heard_of"))),
    eligible = estimate(counts(f$question), asked$eligible %in% c("", "yes")),
    all_right = estimate(Reduce(`&`, lapply(knowledge, counts)), Reduce(`&`, lapply(knowledge, came_to))),
    counting = estimate(counts(f$question), came_to(f$question)),
    option = estimate(has(f$question, f$option), came_to(f$question)),
    place = estimate(counts(headline), asked$town == f$place))
}

# --- towns with enough people, each beside everybody else, corrected for their number ------------------------------
towns <- sort(setdiff(unique(asked$town), c("", "unknown")))
if (length(towns)) {
  aware <- counts(headline)
  # as many people as effective people, and as many elsewhere
  enough <- vapply(towns, function(code) {
    e <- estimate(aware, asked$town == code)
    min(round(e$n_eff, 9), e$n, nrow(asked) - e$n) >= 100
  }, logical(1))
  towns <- towns[enough]
}
pairs <- if (length(towns) && any(asked$town != towns[1])) lapply(towns, function(code) pair_of(aware, asked$town == code)) else list()
p <- vapply(pairs, function(one) one$p, numeric(1))
p_holm <- p.adjust(p, "holm")
levels <- holm_levels(p)

number <- function(x) if (is.null(x) || !length(x)) NA_real_ else as.numeric(x)
reproduced <- do.call(rbind, lapply(seq_len(nrow(printed)), function(i) {
  f <- printed[i, ]
  if (f$figure == "difference") {
    at <- match(f$place, towns)
    d <- difference(pairs[[at]], levels[at])
    e <- list(rate = d[1], low = d[2], high = d[3], p = p[at], p_holm = p_holm[at])
  } else {
    e <- figure_of(f)
  }
  data.frame(figure = f$figure, question = f$question, option = f$option, place = f$place, rate = number(e$rate),
             se = number(e$se), low = number(e$low), high = number(e$high), n_eff = number(e$n_eff),
             df = number(e$df), p = number(e$p), p_holm = number(e$p_holm))
}))
write.csv(reproduced, file.path(folder, "reproduced.csv"), row.names = FALSE, na = "")

worst <- 0
for (column in c("rate", "se", "low", "high", "p", "p_holm")) {
  known <- suppressWarnings(as.numeric(printed[[column]]))
  both <- !is.na(known) & !is.na(reproduced[[column]])
  if (any(both)) worst <- max(worst, abs(known[both] - reproduced[[column]][both]))
}
both <- printed$n_eff != "" & printed$figure != "difference"
if (any(both)) {
  known <- as.numeric(printed$n_eff[both])
  worst <- max(worst, abs(known - reproduced$n_eff[both]) / pmax(known, 1))
}
cat(sprintf("figures %d, largest difference %.3g\n", nrow(printed), worst))
if (worst > 1e-6) quit(status = 1)
