# What R's survey package says of designs: Rscript oracle.R FOLDER reads FOLDER/cases.csv, writes FOLDER/answers.csv.
# cases.csv: name, strata, clusters, fpc (yes or no), rake (columns joined by +); name.csv: the rows; name.targets.csv.
suppressMessages(library(survey))
folder <- commandArgs(TRUE)[1]
cases <- read.csv(file.path(folder, "cases.csv"), colClasses = "character")

designed <- function(case, rows) {
  ids <- if (case$clusters == "yes") ~cluster else ~1
  strata <- if (case$strata == "yes") ~stratum else NULL
  fpc <- if (case$fpc == "yes") ~size else NULL
  svydesign(ids = ids, strata = strata, weights = ~weight, fpc = fpc, data = rows, nest = TRUE)
}

tables <- function(case) {
  targets <- read.csv(file.path(folder, paste0(case$name, ".targets.csv")), colClasses = c("character", "character", "numeric"))
  columns <- strsplit(case$rake, "+", fixed = TRUE)[[1]]
  lapply(setNames(columns, columns), function(column) {
    mine <- targets[targets$column == column, ]
    setNames(data.frame(mine$value, mine$count), c(column, "Freq"))
  })
}

calibrated <- function(design, population) {
  formulas <- lapply(names(population), function(column) as.formula(paste("~", column)))
  totals <- lapply(population, function(one) xtabs(as.formula(paste("Freq ~", names(one)[1])), one))
  calibrate(design, formula = formulas, population = unname(totals), calfun = "raking", epsilon = 1e-12, maxit = 500)
}

by_rake <- function(design, population) { # rake() regresses without weights and in ten rounds
  formulas <- lapply(names(population), function(column) as.formula(paste("~", column)))
  if (length(population) == 1) return(postStratify(design, formulas[[1]], population[[1]]))
  rake(design, formulas, unname(population), control = list(maxit = 2000, epsilon = 1e-10))
}

figure <- function(name, domain, design, raked = NULL) {
  mean <- svymean(~outcome, design, deff = "replace")
  limits <- attr(suppressWarnings(svyciprop(~outcome, design, method = "logit")), "ci") # weights are no counts
  data.frame(name = name, domain = domain, rate = coef(mean)[[1]], se = SE(mean)[[1]], low = limits[[1]],
             high = limits[[2]], df = degf(design), deff = deff(mean)[[1]],
             se_rake = if (is.null(raked)) NA else SE(svymean(~outcome, raked))[[1]],
             difference = NA, difference_se = NA)
}

answers <- lapply(seq_len(nrow(cases)), function(at) {
  case <- cases[at, ]
  rows <- read.csv(file.path(folder, paste0(case$name, ".csv")), colClasses = c(
    outcome = "numeric", weight = "numeric", stratum = "character", cluster = "character", size = "numeric",
    age = "character", sex = "character", area = "character"))
  design <- designed(case, rows)
  raked <- NULL
  if (case$rake != "") {
    population <- tables(case)
    raked <- by_rake(design, population)
    design <- calibrated(design, population)
  }
  whole <- figure(case$name, "", design, raked)
  areas <- lapply(sort(unique(rows$area)), function(one) {
    found <- figure(case$name, one, subset(design, area == one))
    line <- svyglm(outcome ~ inside, update(design, inside = as.numeric(area == one)))
    found$difference <- coef(line)[[2]]
    found$difference_se <- SE(line)[[2]]
    found
  })
  do.call(rbind, c(list(whole), areas))
})
write.csv(do.call(rbind, answers), file.path(folder, "answers.csv"), row.names = FALSE)
