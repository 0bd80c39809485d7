"""Writes every generated file of the client anew."""

from .writing import HERE, generated

if __name__ == "__main__":
    for path, text in generated().items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print("written:", path.relative_to(HERE))
