"""The JSON Schema of a configuration, for editors that check and complete TOML."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from relabel_lab.scan.config.document import Config


class _Schema(GenerateJsonSchema):
    """Keys that may be left out have no default null: TOML has none."""

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        result = super().default_schema(schema)
        if result.get("default", 0) is None:
            del result["default"]
        return result

    def nullable_schema(self, schema: Any) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def json_schema() -> dict[str, Any]:
    """What a configuration may say, as far as a schema can tell."""
    found = Config.model_json_schema(schema_generator=_Schema)
    return {"$schema": GenerateJsonSchema.schema_dialect, **found, "title": "relabel scan"}
