# What runs: Python, Dateline and its libraries, as a user that owns nothing but /data. The root may be read-only:
# `docker run --read-only --tmpfs /tmp --volume dateline:/data --publish 127.0.0.1:8000:8000 dateline`
FROM python:3.11-slim-bookworm AS build
ENV UV_PROJECT_ENVIRONMENT=/opt/dateline \
    UV_PYTHON_DOWNLOADS=never \
    UV_LINK_MODE=copy \
    UV_COMPILE_BYTECODE=1 \
    UV_NO_CACHE=1
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /build
COPY pyproject.toml README.md LICENSE LICENSE-record ./
RUN uv sync --no-dev --no-install-project
COPY . .
RUN uv sync --no-dev --no-editable \
    && find /opt/dateline -depth -type d \( -name tests -o -path "*/pycountry/locales" \) -exec rm -r {} + \
    && find /opt/dateline -type f \( -name "*.pyi" -o -name "*.pyx" -o -name "*.c" -o -name "*.h" \) -delete

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Dateline" \
      org.opencontainers.image.description="A read-only REST API over a hand-curated chronology" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/dateline /opt/dateline
ENV PATH=/opt/dateline/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DATELINE_HOST=0.0.0.0
RUN useradd --no-log-init --no-create-home --shell /usr/sbin/nologin --uid 10001 dateline \
    && install --directory --owner=dateline /data
WORKDIR /data
USER 10001
EXPOSE 8000
# Alive, not ready: a process whose database is gone comes back by itself, and need not be restarted.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "-c", "import os, urllib.request as ask; ask.urlopen(f'http://127.0.0.1:{os.environ.get(\"DATELINE_PORT\", 8000)}/health/live')"]
CMD ["dateline", "serve"]
