# One image for web, timetable and senders; what it does is the command: serve, work, migrate.
#   docker build -t outreach .
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements/app.lock requirements/app.lock
RUN python -m venv /opt/outreach \
 && /opt/outreach/bin/pip install --require-hashes -r requirements/app.lock
COPY pyproject.toml README.md LICENSE alembic.ini ./
COPY outreach outreach
COPY segments segments
COPY channels channels
COPY templates templates
# No index is asked any more: everything that the build needs is locked above.
RUN /opt/outreach/bin/pip install --no-index --no-build-isolation --no-deps .

FROM python:3.11-slim-bookworm
# Sheets in Uyghur, Tibetan and Yi; Chinese, Japanese and Korean letters come with the locked packages.
RUN apt-get update \
 && apt-get install -y --no-install-recommends fonts-noto-core fonts-ukij-uyghur fonts-sil-nuosusil \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --create-home outreach
COPY --from=build /opt/outreach /opt/outreach
ENV PATH=/opt/outreach/bin:$PATH PYTHONUNBUFFERED=1 OUTREACH_DATA_DIR=/data
USER outreach
WORKDIR /data
VOLUME /data
EXPOSE 8000
# SIGTERM ends in order: the chunk in hand is finished, its answers are written.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["outreach"]
CMD ["serve", "--host", "0.0.0.0"]
