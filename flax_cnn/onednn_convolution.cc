// Convolution by oneDNN for XLA programs on the CPU: forward, and the gradients of the input and of the kernel.
//
// XLA's own CPU convolution is slow, and does not use the bfloat16 units of recent processors; oneDNN's does. Images are
// dense NHWC, kernels float32 HWIO; padding is (kernel size - 1) / 2 on each side. The arithmetic is that of the images'
// type (float32, or bfloat16 with float32 sums); results are float32. onednn_library.py builds and registers this file.

#include <omp.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "dnnl.hpp"
#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using dnnl::memory;

enum class Task { kForward, kInputGradient, kKernelGradient };

struct Plan {
  dnnl::primitive primitive;
  memory kernel;  // in the layout that the primitive chose
  memory::desc scratchpad;
};

// One engine, stream and lock for all: XLA may run independent calls at once, and each would start threads of its own.
struct OneDnn {
  std::mutex lock;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  std::map<std::vector<int64_t>, Plan> plans;
  // Given to every primitive, which come one at a time. oneDNN's own belongs to the thread that made the primitive: in
  // another of XLA's threads it may be too small, and what lies behind it is overwritten.
  memory scratchpad;
};

OneDnn& Shared() {
  static OneDnn* shared = new OneDnn;  // never destroyed: XLA's threads may outlive static objects
  return *shared;
}

memory::data_type TypeOf(const ffi::AnyBuffer& buffer) {
  return buffer.element_type() == ffi::DataType::BF16 ? memory::data_type::bf16 : memory::data_type::f32;
}

memory::desc ImageLayout(const ffi::AnyBuffer& images, memory::data_type type) {
  auto size = images.dimensions();
  return {{size[0], size[3], size[1], size[2]}, type, memory::format_tag::nhwc};
}

memory::desc KernelLayout(const ffi::AnyBuffer& kernel, memory::data_type type, memory::format_tag tag) {
  auto size = kernel.dimensions();
  return {{size[3], size[2], size[0], size[1]}, type, tag};
}

memory Scratchpad(const memory::desc& wanted) {
  auto& shared = Shared();
  if (!shared.scratchpad || shared.scratchpad.get_desc().get_size() < wanted.get_size()) {
    shared.scratchpad = memory(wanted, shared.engine);
  }
  return memory(wanted, shared.engine, shared.scratchpad.get_data_handle());
}

Plan MakePlan(Task task, int64_t stride, const ffi::AnyBuffer& input, const ffi::AnyBuffer& kernel,
              const ffi::AnyBuffer& output) {
  const auto& engine = Shared().engine;
  const auto float32 = memory::data_type::f32, arithmetic = TypeOf(task == Task::kInputGradient ? output : input);
  const auto any = memory::format_tag::any;
  const auto algorithm = dnnl::algorithm::convolution_direct;
  const auto size = kernel.dimensions();
  dnnl::primitive_attr own_scratchpad;
  own_scratchpad.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const memory::dims strides{stride, stride}, padding{(size[0] - 1) / 2, (size[1] - 1) / 2};

  dnnl::convolution_forward::primitive_desc forward(
      engine, dnnl::prop_kind::forward_training, algorithm, ImageLayout(input, arithmetic),
      KernelLayout(kernel, arithmetic, any),
      ImageLayout(output, task == Task::kForward ? float32 : arithmetic), strides, padding, padding,
      own_scratchpad);
  if (task == Task::kForward) {
    return {dnnl::convolution_forward(forward), memory(forward.weights_desc(), engine), forward.scratchpad_desc()};
  }
  if (task == Task::kInputGradient) {
    dnnl::convolution_backward_data::primitive_desc backward(
        engine, algorithm, ImageLayout(input, float32), KernelLayout(kernel, arithmetic, any),
        ImageLayout(output, arithmetic), strides, padding, padding, forward, own_scratchpad);
    return {dnnl::convolution_backward_data(backward), memory(backward.weights_desc(), engine),
            backward.scratchpad_desc()};
  }
  dnnl::convolution_backward_weights::primitive_desc backward(
      engine, algorithm, ImageLayout(input, arithmetic), KernelLayout(kernel, float32, any),
      ImageLayout(output, arithmetic), strides, padding, padding, forward, own_scratchpad);
  return {dnnl::convolution_backward_weights(backward), memory(backward.diff_weights_desc(), engine),
          backward.scratchpad_desc()};
}

Plan& PlanFor(Task task, int64_t stride, int64_t threads, const ffi::AnyBuffer& input, const ffi::AnyBuffer& kernel,
              const ffi::AnyBuffer& output) {
  std::vector<int64_t> key{static_cast<int64_t>(task), stride, threads};
  for (const auto* buffer : {&input, &kernel, &output}) {
    key.push_back(static_cast<int64_t>(buffer->element_type()));
    key.insert(key.end(), buffer->dimensions().begin(), buffer->dimensions().end());
  }
  auto& plans = Shared().plans;
  auto found = plans.find(key);
  if (found == plans.end()) found = plans.emplace(key, MakePlan(task, stride, input, kernel, output)).first;
  return found->second;
}

ffi::Error Run(Task task, int64_t stride, int64_t threads, const ffi::AnyBuffer& input, const ffi::AnyBuffer& kernel,
               const ffi::AnyBuffer& output) {
  try {
    auto& shared = Shared();
    std::lock_guard<std::mutex> one_at_a_time(shared.lock);
    omp_set_num_threads(static_cast<int>(threads));
    Plan& plan = PlanFor(task, stride, threads, input, kernel, output);
    memory scratchpad = Scratchpad(plan.scratchpad);
    memory given(KernelLayout(kernel, memory::data_type::f32, memory::format_tag::hwio), shared.engine,
                 kernel.untyped_data());
    memory inputs(ImageLayout(input, TypeOf(input)), shared.engine, input.untyped_data());
    memory outputs(ImageLayout(output, TypeOf(output)), shared.engine, output.untyped_data());

    if (task == Task::kKernelGradient) {
      plan.primitive.execute(shared.stream, {{DNNL_ARG_SRC, inputs},
                                             {DNNL_ARG_DIFF_WEIGHTS, plan.kernel},
                                             {DNNL_ARG_DIFF_DST, outputs},
                                             {DNNL_ARG_SCRATCHPAD, scratchpad}});
      dnnl::reorder(plan.kernel, given).execute(shared.stream, plan.kernel, given);
    } else {
      dnnl::reorder(given, plan.kernel).execute(shared.stream, given, plan.kernel);
      const bool forward = task == Task::kForward;
      plan.primitive.execute(shared.stream, {{forward ? DNNL_ARG_SRC : DNNL_ARG_DIFF_SRC, inputs},
                                             {DNNL_ARG_WEIGHTS, plan.kernel},
                                             {forward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, outputs},
                                             {DNNL_ARG_SCRATCHPAD, scratchpad}});
    }
    shared.stream.wait();
  } catch (const dnnl::error& error) {
    return ffi::Error::Internal(std::string("oneDNN: ") + error.what());
  }
  return ffi::Error::Success();
}

ffi::Error Forward(int64_t stride, int64_t threads, ffi::AnyBuffer input, ffi::AnyBuffer kernel,
                   ffi::Result<ffi::AnyBuffer> output) {
  return Run(Task::kForward, stride, threads, input, kernel, *output);
}

ffi::Error InputGradient(int64_t stride, int64_t threads, ffi::AnyBuffer output_gradient, ffi::AnyBuffer kernel,
                         ffi::Result<ffi::AnyBuffer> input_gradient) {
  return Run(Task::kInputGradient, stride, threads, *input_gradient, kernel, output_gradient);
}

ffi::Error KernelGradient(int64_t stride, int64_t threads, ffi::AnyBuffer input, ffi::AnyBuffer output_gradient,
                          ffi::Result<ffi::AnyBuffer> kernel_gradient) {
  return Run(Task::kKernelGradient, stride, threads, input, *kernel_gradient, output_gradient);
}

auto Signature() {
  return ffi::Ffi::Bind()
      .Attr<int64_t>("stride")
      .Attr<int64_t>("threads")
      .Arg<ffi::AnyBuffer>()
      .Arg<ffi::AnyBuffer>()
      .Ret<ffi::AnyBuffer>();
}

}  // namespace

XLA_FFI_DEFINE_HANDLER_SYMBOL(onednn_forward, Forward, Signature());
XLA_FFI_DEFINE_HANDLER_SYMBOL(onednn_input_gradient, InputGradient, Signature());
XLA_FFI_DEFINE_HANDLER_SYMBOL(onednn_kernel_gradient, KernelGradient, Signature());
