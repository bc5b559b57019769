"""Loaders on generated files in the real formats, and on broken ones."""

import gzip

import numpy as np
import pytest
from PIL import Image

from relabel_lab.experiments.data import (
    load_images,
    load_texts,
    write_tiny_images,
    write_tiny_texts,
)

RNG = np.random.default_rng(1)


def records(count, head, classes):
    pixels = RNG.integers(256, size=(count, 32, 32, 3), dtype=np.uint8)
    labels = RNG.integers(classes, size=(count, head), dtype=np.uint8)
    planes = pixels.transpose(0, 3, 1, 2).reshape(count, -1)
    return pixels, labels, np.concatenate([labels, planes], axis=1)


def ten(folder):
    parts = [records(3, 1, 10) for _ in range(6)]
    names = [*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"]
    for name, part in zip(names, parts, strict=True):
        (folder / name).write_bytes(part[2].tobytes())
    return parts


def test_cifar10_binary_files(tmp_path):
    inner = tmp_path / "cifar-10-batches-bin"
    inner.mkdir()
    parts = ten(inner)
    images = load_images(tmp_path)
    np.testing.assert_array_equal(images.train.pixels[3:6], parts[1][0])
    np.testing.assert_array_equal(images.test.labels, parts[5][1][:, 0])
    assert len(images.train.labels) == 15 and len(images.classes) == 10


def test_cifar100_binary_files_by_fine_label(tmp_path):
    for name in ("train.bin", "test.bin"):
        pixels, labels, raw = records(4, 2, 20)
        labels[:, 1] = [0, 99, 50, 7]
        raw[:, :2] = labels
        (tmp_path / name).write_bytes(raw.tobytes())
    images = load_images(tmp_path)
    assert images.train.labels.tolist() == [0, 99, 50, 7] and len(images.classes) == 100


def test_image_folders(tmp_path):
    for part in ("train", "test"):
        for label, name in enumerate(("cat", "dog")):
            (tmp_path / part / name).mkdir(parents=True)
            Image.fromarray(np.full((8, 8, 3), 40 * label, np.uint8)).save(
                tmp_path / part / name / "a.png"
            )
    images = load_images(tmp_path)
    assert images.classes == ("cat", "dog") and images.train.labels.tolist() == [0, 1]
    assert images.test.pixels[1].max() == 40
    (tmp_path / "test" / "cow").mkdir()
    refused(load_images, tmp_path, "cow")


def test_packs_with_human_labels(tmp_path):
    images = load_images(write_tiny_images(tmp_path, train=40, test=20))
    assert images.train.pixels.shape == (40, 32, 32, 3)
    assert set(images.human) == {"aggregate", "random1", "random2", "random3", "worse"}
    assert (images.human["worse"] != images.train.labels).any()
    few = images.first(10, None)
    assert len(few.train.labels) == len(few.human["worse"]) == 10 and len(few.test.labels) == 20


def test_texts_of_both_layouts(tmp_path):
    texts = load_texts(write_tiny_texts(tmp_path / "a", train=20, test=8))
    assert len(texts.train.texts) == 20 and (texts.human["human"] != texts.train.labels).any()
    folder = tmp_path / "b"
    folder.mkdir()
    (folder / "train.csv").write_text('"3","Wall St.","Stocks ""fell"", it\nsaid"\n"1","A","b"\n')
    (folder / "test.csv").write_text('"4","Chip","New"\n')
    columns = load_texts(folder)
    assert columns.train.labels.tolist() == [2, 0] and columns.test.labels.tolist() == [3]
    assert columns.train.texts[0] == 'Wall St. . Stocks "fell", it\nsaid'


def refused(load, folder, words):
    with pytest.raises(ValueError, match=words) as error:
        load(folder)
    assert "\n" not in str(error.value).strip()


def spoil(path, change):
    path.write_bytes(change(path.read_bytes()))


def test_broken_images_are_refused(tmp_path):
    refused(load_images, tmp_path / "none", "existing folder")
    refused(load_images, tmp_path, "holding none")
    ten(tmp_path)
    spoil(tmp_path / "data_batch_2.bin", lambda raw: raw[:-1])
    refused(load_images, tmp_path, "data_batch_2.bin.*3073 bytes")
    ten(tmp_path)
    spoil(tmp_path / "test_batch.bin", lambda raw: bytes([10]) + raw[1:])
    refused(load_images, tmp_path, "label 10 in row 0")
    (tmp_path / "test_batch.bin").unlink()
    refused(load_images, tmp_path, "test_batch.bin.*existing file")
    write_tiny_images(tmp_path, train=40, test=20)
    refused(load_images, tmp_path, "holding CIFAR-10 binary files and JPEG packs")


def test_broken_packs_are_refused(tmp_path):
    pack = write_tiny_images(tmp_path, train=40, test=20) / "cifar10_train.npz"
    whole = pack.read_bytes()
    spoil(pack, lambda raw: raw[: len(raw) // 2])
    refused(load_images, tmp_path, "cifar10_train.npz.*whole")
    pack.write_bytes(whole)
    with np.load(pack) as file:
        arrays = dict(file)
    np.savez(pack, **{**arrays, "offset": arrays["offset"][:-1]})
    refused(load_images, tmp_path, "offsets")
    np.savez(pack, **{**arrays, "label": arrays["label"] + np.uint8(1)})
    refused(load_images, tmp_path, "label 10")
    np.savez(pack, header=np.array([{}], dtype=object), data=0, offset=0, label=0)
    refused(load_images, tmp_path, "plain arrays")
    np.savez(pack, data=arrays["data"])
    refused(load_images, tmp_path, "header")
    pack.write_bytes(whole)
    people = tmp_path / "cifar10n_labels.npz"
    with np.load(people) as file:
        labels = dict(file)
    np.savez(people, **{**labels, "clean_label": labels["clean_label"][::-1]})
    refused(load_images, tmp_path, "in their order")


def test_broken_texts_are_refused(tmp_path):
    refused(load_texts, tmp_path / "none", "existing folder")
    refused(load_texts, tmp_path, "none of them")
    train = write_tiny_texts(tmp_path, train=8, test=4) / "noisyagnews_train.csv.gz"
    whole = train.read_bytes()
    for change, words in (
        (lambda text: text.replace("label,gt,text", "a,b,c"), "header"),
        (lambda text: text + "1,1,,0\n", "empty in row 9"),
        (lambda text: text + "1,1,word\n", "rows of 4 columns, not 3 as in row 9"),
        (lambda text: text + "1,7,word,0\n", "label 7 in row 8"),
        (lambda text: text + "1,x,word,0\n", "whole numbers"),
    ):
        content = change(gzip.decompress(whole).decode())
        train.write_bytes(gzip.compress(content.encode()))
        refused(load_texts, tmp_path, words)
    train.write_bytes(whole[:-20])
    refused(load_texts, tmp_path, "whole CSV file")
    train.unlink()
    refused(load_texts, tmp_path, "noisyagnews_train.csv.*existing file")


def test_images_are_averaged_over_squares(tmp_path):
    images = load_images(write_tiny_images(tmp_path, train=20, test=10))
    half = images.averaged(16)
    square = images.train.pixels[3, 4:6, 10:12].astype(float)
    np.testing.assert_array_equal(half.train.pixels[3, 2, 5], square.mean((0, 1)).round())
    assert half.test.pixels.shape == (10, 16, 16, 3) and half.train.labels is images.train.labels
    assert half.source.endswith("averaged to 16 × 16 pixels")
    assert images.averaged(32) is images.averaged(None) is images
    with pytest.raises(ValueError, match=r"size = 24 .* divisor"):
        images.averaged(24)


def test_too_few_samples_are_refused_with_both_numbers(tmp_path):
    images = load_images(write_tiny_images(tmp_path / "images", train=20, test=10))
    with pytest.raises(
        ValueError, match="data = whose .* has 10 images .* must be one with the 11"
    ):
        images.first(20, 11)
    texts = load_texts(write_tiny_texts(tmp_path / "texts", train=20, test=10))
    with pytest.raises(ValueError, match="data = whose .* has 20 texts .* must be one with the 21"):
        texts.first(21, None)
