FROM python:3.11-slim AS build
ENV UV_PROJECT_ENVIRONMENT=/opt/dateline UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
WORKDIR /build
RUN pip install --no-cache-dir uv==0.13.9
COPY . .
RUN uv sync --no-cache --no-dev --no-editable

FROM python:3.11-slim
COPY --from=build /opt/dateline /opt/dateline
ENV PATH=/opt/dateline/bin:$PATH DATELINE_HOST=0.0.0.0
RUN useradd --system --no-create-home --uid 10001 dateline && install --directory --owner=dateline /data
WORKDIR /data
USER 10001
EXPOSE 8000
CMD ["dateline", "serve"]
